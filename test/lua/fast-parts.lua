-- Path of Building's replacements without Path of Building: what they make of a module's text.
local host = ...
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
			local extension = fast.attach(host)
			local text = extension.transform(args.path, args.text)
			extension.loaded(args.path, { common = {} })
			return { text = text or "as it is", report = extension.report() }
		end,
		-- What `text` returns (a list of texts), as it is and as it would be compiled instead; and the latter's lines.
		compose = function(_, args)
			local extension = fast.attach(host)
			local env = setmetatable({ common = {} }, { __index = _G })
			extension.loaded("Modules/Common.lua", env)
			local edited = extension.transform("Modules/CalcOffence.lua", args.text)
			local function run(text)
				return setfenv(assert(loadstring(text)), env)()
			end
			return { original = run(args.text), edited = run(edited or args.text), lines = source.lines(edited or args.text) }
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
