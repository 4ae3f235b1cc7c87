-- Changes modules of Path of Building for scripts/drift.mjs; a calculator only so that the embedded LuaJIT runs it.
local cosmetics, mutations

return {
	name = "drift",
	version = "1",
	open = function(options)
		for _, folder in ipairs({ options.lua, options.scripts }) do
			package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path
		end
		cosmetics, mutations = require("drift.cosmetics"), require("drift.mutations")
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
		-- All changes of meaning of a module.
		mutations = function(_, args)
			return mutations.of(args.path, args.text)
		end,
		-- A module changed in a way that leaves its meaning, or false.
		change = function(_, args)
			local made = cosmetics[args.kind](args.path, args.text, args.number)
			return { text = made or false }
		end,
	},
}
