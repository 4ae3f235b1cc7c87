-- Changes modules of Path of Building for scripts/drift.mjs.
local cosmetics = require("drift.cosmetics")
local mutations = require("drift.mutations")

return {
	-- All changes of a module that change its meaning.
	mutations = function(_, args)
		return mutations.of(args.path, args.text)
	end,
	-- A module changed without a change of meaning, or false.
	change = function(_, args)
		local made = cosmetics[args.kind](args.path, args.text, args.number)
		return { text = made or false }
	end,
}
