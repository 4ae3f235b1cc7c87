-- Evaluates a node set. All memory that this uses was allocated when the build was loaded. A row reads nothing that an earlier
-- row left: the sums start from the build's own each time.
local ffi = require("ffi")
local slots = require("reference.slots")
local answers = require("reference.answers")
local attributes = require("reference.attributes")
local defence = require("reference.defence")
local offence = require("reference.offence")
local ehp = require("reference.ehp")

local copy = ffi.copy
local additiveCount, scale = slots.additiveCount, slots.scale
local firstMore = additiveCount
local firstOverride = additiveCount + #slots.more
local slotTotal = slots.count
local doubleBytes = ffi.sizeof("double")

local rows = {}

-- The working memory of a build, and the entry lists of its program as flat arrays.
function rows.prepare(build, flat)
	local work = { flat = flat, bytes = flat.size * doubleBytes }
	work.base = ffi.new("double[?]", flat.size)
	work.counts = ffi.new("double[?]", flat.size)
	work.sums = ffi.new(slots.sumsType)
	work.sumsView = ffi.cast("double *", work.sums)
	work.out = ffi.new(answers.type)
	work.outView = ffi.cast("double *", work.out)
	work.slot, work.amount, work.next = flat.slot, flat.amount, flat.next
	for _, kind in ipairs({ "more", "override" }) do
		local list = flat[kind]
		work[kind .. "Count"] = #list
		work[kind .. "Slot"] = ffi.new("int32_t[?]", #list + 1)
		work[kind .. "Target"] = ffi.new("int32_t[?]", #list + 1)
		work[kind .. "Value"] = ffi.new("double[?]", #list + 1)
		for index, entry in ipairs(list) do
			work[kind .. "Slot"][index - 1] = entry.slot
			work[kind .. "Target"][index - 1] = entry.target
			work[kind .. "Value"][index - 1] = entry.factor or entry.value
		end
	end
	-- Entries by stage: the entries of a quantity are applied as soon as the quantity is known.
	work.perStages = {}
	for stage = 1, 4 do
		work.perStages[stage] = {}
	end
	for _, entry in ipairs(flat.per) do
		local list = work.perStages[entry.stage]
		list[#list + 1] = {
			slot = entry.slot,
			target = entry.target,
			quantity = answers.index[entry.quantity],
			every = entry.every,
			value = entry.value,
			limit = entry.limit or math.huge,
		}
	end
	build.work = work
	return work
end

-- Adds (sign 1) or subtracts (sign -1) the row of a node.
local function addRow(work, counts, row, sign)
	local slot, amount, chain = work.slot, work.amount, work.next
	local block = row
	repeat
		local place = block * 4
		local s0, s1, s2, s3 = slot[place], slot[place + 1], slot[place + 2], slot[place + 3]
		counts[s0] = counts[s0] + sign * amount[place]
		counts[s1] = counts[s1] + sign * amount[place + 1]
		counts[s2] = counts[s2] + sign * amount[place + 2]
		counts[s3] = counts[s3] + sign * amount[place + 3]
		block = chain[block]
	until block == 0
end

rows.addRow = addRow

local function applyPer(list, sums, out)
	for index = 1, #list do
		local entry = list[index]
		local times = math.floor(out[entry.quantity] / entry.every)
		local value = math.max(math.min(entry.value * times, entry.limit), -entry.limit)
		sums[entry.target] = sums[entry.target] + value * entry.count
	end
end

-- A `per` modifier is represented like a MORE modifier: by the number of nodes that have it.
local function countPer(work, counts)
	for stage = 1, 4 do
		local list = work.perStages[stage]
		for index = 1, #list do
			list[index].count = counts[list[index].slot]
		end
	end
end

local function totals(work)
	local counts, sums = work.counts, work.sumsView
	-- Dividing by 1000 gives the double nearest to the decimal value.
	for index = 0, additiveCount - 1 do
		sums[index] = counts[index] / scale
	end
	for index = firstMore, firstOverride - 1 do
		sums[index] = 1
	end
	for index = firstOverride, slotTotal - 1 do
		sums[index] = -1
	end
	local slot, target, value = work.moreSlot, work.moreTarget, work.moreValue
	for index = 0, work.moreCount - 1 do
		local count = counts[slot[index]]
		while count > 0 do
			sums[target[index]] = sums[target[index]] * value[index]
			count = count - 1
		end
	end
	slot, target, value = work.overrideSlot, work.overrideTarget, work.overrideValue
	for index = 0, work.overrideCount - 1 do
		if counts[slot[index]] > 0 then
			sums[target[index]] = value[index]
		end
	end
	countPer(work, counts)
end

local function formulas(work, build)
	local sums, out, sumsView, outView = work.sums, work.out, work.sumsView, work.outView
	local stages = work.perStages
	attributes.attributes(sums, out)
	applyPer(stages[1], sumsView, outView)
	attributes.life(sums, out)
	applyPer(stages[2], sumsView, outView)
	attributes.manaAndEnergyShield(sums, out)
	applyPer(stages[3], sumsView, outView)
	defence.armourAndEvasion(sums, out)
	defence.avoidance(sums, out, build.enemy, build.gear)
	attributes.accuracy(sums, out, build.hit)
	applyPer(stages[4], sumsView, outView)
	defence.resistances(sums, out)
	defence.recovery(sums, out)
	defence.thresholds(sums, out)
	defence.others(sums, out)
	offence.calculate(sums, out, sumsView, outView, build.hit, build.enemy)
	ehp.calculate(sums, out, build.enemy)
end

local function unknownNode(id)
	error(("node %s is not in the passive tree"):format(tostring(id)), 0)
end

local function notAllocated(id)
	error(("node %s cannot be removed: the build does not have it"):format(tostring(id)), 0)
end

-- Computes the stats of the set into work.out.
function rows.evaluate(build, set)
	local work = build.work
	local counts = work.counts
	copy(counts, work.base, work.bytes)
	local position, baseRow, choiceRow, setRow = build.position, build.baseRow, build.choiceRow, build.activeWeaponSet
	local ids = set.remove
	for index = 1, set.removeCount do
		local id = ids[index]
		local row = id >= 0 and id < 65536 and baseRow[id] or -1
		if row < 0 then
			notAllocated(id)
		end
		addRow(work, counts, row, -1)
	end
	ids = set.add
	local choices, weaponSets = set.addAttribute, set.addWeaponSet
	for index = 1, set.addCount do
		local id = ids[index]
		local place = id >= 0 and id < 65536 and position[id] or -1
		if place < 0 then
			unknownNode(id)
		end
		local weaponSet = weaponSets[index]
		if weaponSet == 0 or weaponSet == setRow then
			addRow(work, counts, choiceRow[place * 4 + choices[index]], 1)
		end
	end
	totals(work)
	formulas(work, build)
	return work
end

return rows
