--- Stats that Path of Building leaves to chance in a build, and those that it answers otherwise at first.
--
-- PoB walks some tables in an order that changes from one start to the next (see
-- pob.host.ordered_pairs). Which stats hang on it shows when the build is calculated in other
-- orders too: those that change are named, so that nobody wonders why PoB's
-- window shows another number after a restart.

local rows = require("pob.row.evaluator")
local refusal = require("refusal")

local unstableStats = {}

-- Backwards, and shifted by one and two: enough to let each of up to three things go first.
local VARIANTS = { 1, 2, 3 }
-- Names in a warning's text.
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

local function sorted(set)
	local names = {}
	for name in pairs(set) do
		names[#names + 1] = name
	end
	table.sort(names)
	return names
end

-- The first names, and how many more there are.
local function some(names)
	local text = table.concat(names, ", ", 1, math.min(#names, SHOWN))
	return #names > SHOWN and text .. " and " .. (#names - SHOWN) .. " more" or text
end

-- Names of the numbers, sorted, that PoB shows otherwise right after loading than after all later calculations of the
-- same tree.
local function firstTime(loaded, later)
	local names = {}
	for name in pairs(rows.compare(loaded, later, {})) do
		-- Some numbers are of mode MAIN only; what PoB leaves out counts as 0.
		if later[name] and (loaded[name] or 0) ~= later[name] then
			names[name] = true
		end
	end
	return sorted(names)
end

local function warningOf(mode, env, names)
	return {
		code = "UNSTABLE_STATS", where = "build",
		text = "Path of Building itself leaves these stats to chance" .. charmText(mode, env) .. ": " .. some(names),
	}
end

local function unstable(world, ofRows, own)
	local differing = {}
	for _, variant in ipairs(VARIANTS) do
		world.setOrderVariant(variant)
		local ok, other = pcall(ofRows.everything, ofRows)
		world.setOrderVariant(0)
		if ok then
			rows.compare(own, other, differing)
		elseif refusal.isMemory(other) then
			error(other, 0)
		end
	end
	return sorted(differing)
end

--- { unstable = names of the stats that PoB itself may answer differently from one start to the next, sorted;
-- recalculated = all stats as later calculations answer them, where PoB's first one, which it shows after loading, differs;
-- warnings = about both }.
function unstableStats.of(world, build)
	local own, all, env = build.rows:everything()
	local found = { warnings = {}, unstable = unstable(world, build.rows, own) }
	local first = firstTime(build.rows:remember(), own)
	if #first > 0 then
		found.recalculated = all
		found.warnings[1] = {
			code = "FIRST_CALCULATION", where = "build",
			text = "Path of Building shows " .. #first
				.. " stats otherwise right after loading than after the first change of the tree; node sets answer as after a"
				.. " change, the build's own nodes as loaded: " .. some(first),
		}
	end
	if #found.unstable > 0 then
		found.warnings[#found.warnings + 1] = warningOf(build.mode, env, found.unstable)
	end
	return found
end

--- The same of a variant, which is applied: { unstable, warning? }.
function unstableStats.ofVariant(world, mode, ofRows)
	local own, _, env = ofRows:everything()
	local names = unstable(world, ofRows, own)
	return { unstable = names, warning = #names > 0 and warningOf(mode, env, names) or nil }
end

return unstableStats
