-- modLib.formatFlags of Path of Building's Modules/ModTools.lua: the names of a modifier's flags, as text.
--
-- The original goes through all names, sorted, and sorts what it found, twice for each modifier of a tree: 12,000 times,
-- for some sixty different results. The results are equal because they are a function of the flags and of a table of names
-- that never changes once Path of Building has started.

local FILE = "Modules/ModTools.lua"

local part = {
	name = "flag_names",
	targets = {
		{ name = "formatFlags", file = FILE },
	},
}

function part.ready(_, path)
	return path == FILE
end

function part.install(_, env)
	local modLib = env.modLib
	local original = modLib.formatFlags
	-- names -> flags -> text
	local known = {}

	function modLib.formatFlags(flags, names)
		local texts = known[names]
		if not texts then
			texts = {}
			known[names] = texts
		end
		local text = texts[flags]
		if not text then
			text = original(flags, names)
			texts[flags] = text
		end
		return text
	end
end

return part
