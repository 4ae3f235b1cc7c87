--- Stats that Path of Building leaves to chance in a build.
--
-- PoB walks some tables in an order that changes from one start to the next (see
-- pob.order). Which stats hang on it shows when the build is calculated in other
-- orders too: those that change are named, so that nobody wonders why PoB's
-- window shows another number after a restart.

local chance = {}

-- Backwards, and shifted by one and two: enough to let each of up to three things go first.
local VARIANTS = { 1, 3, 4 }
local SHOWN = 12

local EMPTY = { addCount = 0, removeCount = 0, add = {}, remove = {} }

local function numbers(env)
	local values = {}
	for name, value in pairs(env.player.output) do
		if type(value) == "number" then
			values[name] = value
		elseif name == "Minion" and type(value) == "table" then
			for minionName, minionValue in pairs(value) do
				if type(minionValue) == "number" then
					values["Minion." .. minionName] = minionValue
				end
			end
		end
	end
	return values
end

local function compare(base, other, differing)
	for name, value in pairs(base) do
		local second = other[name]
		if second ~= value and not (value ~= value and second ~= second) then
			differing[name] = true
		end
	end
	for name in pairs(other) do
		if base[name] == nil then
			differing[name] = true
		end
	end
end

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

-- PoB's first calculation after loading can differ from all later ones of the same tree.
local function firstTime(build, later)
	local differing = {}
	compare(numbers(build.rows.loadedEnv), later, differing)
	-- FullDPS is not part of the comparison's calculation; these three of mode MAIN only.
	local names = {}
	for name in pairs(differing) do
		if later[name] then
			names[#names + 1] = name
		end
	end
	if #names == 0 then
		return nil
	end
	table.sort(names)
	return "Path of Building shows "
		.. #names
		.. " stats otherwise right after loading than after the first change of the tree, among them "
		.. table.concat(names, ", ", 1, math.min(#names, SHOWN))
		.. "; node sets answer as after a change, the build's own nodes as loaded"
end

--- Warnings (plain texts) about stats that PoB itself may answer differently from one start to the next.
function chance.warnings(world, build)
	local rows = build.rows
	local env = rows:run(EMPTY, false)
	local base, differing = numbers(env), {}
	local warnings = { firstTime(build, base) }
	for _, variant in ipairs(VARIANTS) do
		world.setOrderVariant(variant)
		local ok, other = pcall(rows.run, rows, EMPTY, false)
		world.setOrderVariant(0)
		if ok then
			compare(base, numbers(other), differing)
		end
	end
	local names = {}
	for name in pairs(differing) do
		names[#names + 1] = name
	end
	if #names == 0 then
		return warnings
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
	return warnings
end

return chance
