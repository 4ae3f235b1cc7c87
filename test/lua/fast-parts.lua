-- Path of Building's replacements without Path of Building: what they make of a module's text.
local fast, source

return {
	name = "fast-parts",
	version = "1",
	open = function(options)
		package.path = options.lua .. "/?.lua;" .. options.lua .. "/?/init.lua;" .. package.path
		fast, source = require("pob.fast"), require("pob.fast.source")
	end,
	load = function()
		return {}, {}
	end,
	stats = function()
		return { "Nothing" }
	end,
	Calculate = function()
		return { Nothing = 0 }
	end,
	commands = {
		-- The text that would be compiled instead, and what is said of each function.
		transform = function(_, args)
			local extension = fast.attach()
			local text = extension.transform(args.path, args.text)
			extension.loaded(args.path, { common = {} })
			return { text = text or "as it is", report = extension.report() }
		end,
		-- The line of the function of `lines` lines whose text has the hash of lines first..last of `known`.
		find = function(_, args)
			local known = source.lines(args.known)
			local hash = source.hash(known, args.first, args.last)
			local lines = source.lines(args.text)
			return source.find(lines, assert(loadstring(args.text)), args.last - args.first + 1, hash) or 0
		end,
	},
}
