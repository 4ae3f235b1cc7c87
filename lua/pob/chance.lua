--- Stats that Path of Building leaves to chance in a build.
--
-- PoB walks some tables in an order that changes from one start to the next (see
-- pob.order). Which stats hang on it shows when the build is calculated in other
-- orders too: those that change are named, so that nobody wonders why PoB's
-- window shows another number after a restart.

local rows = require("pob.rows")

local chance = {}

-- Backwards, and shifted by one and two: enough to let each of up to three things go first.
local VARIANTS = { 1, 2, 3 }
local SHOWN = 12

-- The usual cause: more charms switched on than count.
local function charmText(mode, env)
	local active = 0
	for _, slot in ipairs(mode.itemsTab.orderedSlots) do
		local item = mode.itemsTab.items[slot.selItemId]
		if item and item.type == "Charm" and slot.active then
			active = active + 1
		end
	end
	local limit = math.min(env.modDB:Override(nil, "CharmLimit") or env.modDB:Sum("BASE", nil, "CharmLimit"), 3)
	if active > limit then
		return (" (%d charms are active but %d count; here those in the first slots do)"):format(active, limit)
	end
	return ""
end

-- Names of the numbers, sorted, that PoB shows otherwise right after loading than after all later calculations of the
-- same tree.
local function firstTime(loaded, later)
	-- FullDPS is not part of the comparison's calculation; some numbers are of mode MAIN only.
	local names = {}
	for name in pairs(rows.compare(loaded, later, {})) do
		if later[name] then
			names[#names + 1] = name
		end
	end
	table.sort(names)
	return names
end

local function firstTimeText(names)
	return "Path of Building shows "
		.. #names
		.. " stats otherwise right after loading than after the first change of the tree, among them "
		.. table.concat(names, ", ", 1, math.min(#names, SHOWN))
		.. "; node sets answer as after a change, the build's own nodes as loaded"
end

-- Where nothing was left for the traceback either, LuaJIT says so instead.
local function lacksMemory(message)
	return message:find("not enough memory", 1, true) or message:find("error in error handling", 1, true)
end

--- Warnings (plain texts) about stats that PoB itself may answer differently from one start to the next, and whether
-- PoB's first calculation of the build, which it shows after loading, differs from a later one.
function chance.warnings(world, build)
	local own, env = build.rows:probe()
	local differing = {}
	local first = firstTime(build.rows:remember(own), own)
	local warnings = { #first > 0 and firstTimeText(first) or nil }
	for _, variant in ipairs(VARIANTS) do
		world.setOrderVariant(variant)
		local ok, other = pcall(build.rows.probe, build.rows)
		world.setOrderVariant(0)
		if ok then
			rows.compare(own, other, differing)
		elseif lacksMemory(other) then
			error(other, 0)
		end
	end
	local names = {}
	for name in pairs(differing) do
		names[#names + 1] = name
	end
	if #names == 0 then
		return warnings, #first > 0
	end
	table.sort(names)
	local shown = table.concat(names, ", ", 1, math.min(#names, SHOWN))
	if #names > SHOWN then
		shown = shown .. " and " .. (#names - SHOWN) .. " more"
	end
	warnings[#warnings + 1] = "Path of Building itself leaves these stats to chance"
		.. charmText(build.mode, env)
		.. ": "
		.. shown
	return warnings, #first > 0
end

return chance
