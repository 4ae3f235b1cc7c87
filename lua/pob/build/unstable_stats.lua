-- Stats whose values Path of Building itself leaves to chance in a build, and stats that its first calculation gives different
-- values.
--
-- PoB iterates over some tables in an order that changes from one start to the next (see pob.host.ordered_pairs). Calculating
-- the build in other orders shows which stats depend on that order. They are named, so that a different number in PoB's window
-- after a restart is no surprise.

local rows = require("pob.row.evaluator")
local refusal = require("refusal")

local unstableStats = {}

-- Backwards, and rotated by one and by two: enough to let each of up to three entries go first.
local VARIANTS = { 1, 2, 3 }
-- The number of names in a warning's text.
local SHOWN = 12

-- The usual cause: more charms are active than the limit allows.
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

-- The sorted names of the numbers that PoB shows differently right after loading than after all later calculations of the same
-- tree.
local function firstTime(loaded, later)
	local names = {}
	for name in pairs(rows.compare(loaded, later, {})) do
		-- Some numbers exist only in mode MAIN. A number that PoB leaves out counts as 0.
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

---@return table @{ unstable = sorted names of the stats to which PoB itself may give another value after a restart;
---recalculated = the values of all stats in later calculations, if PoB's first calculation, which it shows after loading,
---differs; warnings = a warning about each of the two }
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

--- The same for a variant that is applied: { unstable, warning? }.
function unstableStats.ofVariant(world, mode, ofRows)
	local own, _, env = ofRows:everything()
	local names = unstable(world, ofRows, own)
	return { unstable = names, warning = #names > 0 and warningOf(mode, env, names) or nil }
end

return unstableStats
