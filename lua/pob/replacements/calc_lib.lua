-- calcLib.mod, mods and val of Path of Building's Modules/CalcTools.lua.
--
-- The results are equal because the same queries are made in the same order and combined by the same arithmetic; only the
-- common call with one name does without varargs.

local select = select

local FILE = "Modules/CalcTools.lua"

local part = {
	name = "calc_lib",
	targets = {
		{ name = "mod", file = FILE, label = "calcLib.mod" },
		{ name = "mods", file = FILE, label = "calcLib.mods" },
		{ name = "val", file = FILE, label = "calcLib.val" },
	},
}

function part.ready(env)
	return env.calcLib and env.calcLib.getGameIdFromGemName
end

function part.install(shared, env)
	local calcLib = env.calcLib

	local moreOne = shared.moreOne or function(store, cfg, name)
		return store:More(cfg, name)
	end

	local function modOne(store, cfg, name)
		return (1 + store:Sum("INC", cfg, name) / 100) * moreOne(store, cfg, name)
	end

	local function mod(store, cfg, ...)
		if select("#", ...) == 1 then
			return modOne(store, cfg, (...))
		end
		return (1 + store:Sum("INC", cfg, ...) / 100) * store:More(cfg, ...)
	end

	calcLib.mod = mod

	function calcLib.mods(store, cfg, ...)
		return 1 + store:Sum("INC", cfg, ...) / 100, store:More(cfg, ...)
	end

	function calcLib.val(store, name, cfg)
		local base = store:Sum("BASE", cfg, name)
		if base ~= 0 then
			return base * modOne(store, cfg, name)
		end
		return 0
	end
end

return part
