-- Turns lists of modifiers into flat rows of (slot, amount) for one build. What does not apply to the build (other actors,
-- other kinds of skills, conditions that are off) is left out here, once, so that evaluating a row consists of additions only.
local ffi = require("ffi")
local slots = require("reference.slots")

local program = {}
program.__index = program

-- The number of entries of a block. A row is a chain of blocks. Nearly all nodes fit into one block, so the loop over a node's
-- entries is straight code. Unused places add 0 to a slot that nothing reads, a different slot for each place, so that the
-- additions do not wait for each other.
local width = 4

-- Quantities that a row has to calculate first -> the stage (rows.lua) in which they become known.
local dynamicQuantities = {
	Str = 1, Dex = 1, Int = 1, LowestAttribute = 1, Life = 2, Mana = 3, BlockChance = 4, Accuracy = 4,
}
local moreStats, overrideStats = {}, {}
for _, name in ipairs(slots.more) do
	moreStats[name] = true
end
for _, name in ipairs(slots.override) do
	overrideStats[name] = true
end

function program.new(applies)
	return setmetatable({
		tags = applies.tags,
		conditions = applies.conditions,
		quantities = applies.quantities,
		defences = applies.defences,
		extra = {},
		extraCount = 0,
		moreEntries = {},
		overrideEntries = {},
		perEntries = {},
		rows = { {} },
	}, program)
end

local function holds(self, modifier)
	if modifier.actor then
		return false
	end
	for _, tag in ipairs(modifier.scope or {}) do
		if not self.tags[tag] then
			return false
		end
	end
	for _, condition in ipairs(modifier.conditions or {}) do
		local name = condition:match("^!(.+)$")
		if name and self.conditions[name] or not name and not self.conditions[condition] then
			return false
		end
	end
	return true
end

-- The slot for something that is counted, created on first use.
local function extraSlot(self, key, list, entry)
	local slot = self.extra[key]
	if not slot then
		slot = slots.additiveCount + self.extraCount
		self.extraCount = self.extraCount + 1
		self.extra[key] = slot
		entry.slot, entry.key = slot, key
		list[#list + 1] = entry
	end
	return slot
end

-- Bonuses from an equipped item are a share of the item's own defence.
local function fromPiece(self, modifier)
	local stat, piece = modifier.name:match("^(%a-)From(%a+)$")
	local value = stat and self.defences[piece .. stat]
	if value and (modifier.kind == "INC" or modifier.kind == "MORE") then
		return { name = stat, kind = "BASE", value = value * modifier.value / 100 }
	end
	return modifier
end

local function thousandths(value)
	return math.floor(value * slots.scale + 0.5)
end

local function add(row, slot, amount)
	row[slot] = (row[slot] or 0) + amount
end

local function addModifier(self, row, modifier)
	modifier = fromPiece(self, modifier)
	local name, kind, value = modifier.name, modifier.kind, modifier.value
	local target = slots.index[name .. "_" .. kind]
	local quantity = modifier.per
	if quantity and dynamicQuantities[quantity] then
		if target and (kind == "BASE" or kind == "INC") then
			local key = ("per %s %s %g %g %g"):format(name .. kind, quantity, modifier.every, value, modifier.limit or 0)
			local slot = extraSlot(self, key, self.perEntries, {
				target = target, quantity = quantity, every = modifier.every, value = value, limit = modifier.limit,
				stage = dynamicQuantities[quantity],
			})
			add(row, slot, 1)
		end
		return
	end
	if quantity then
		value = value * math.floor((self.quantities[quantity] or 0) / modifier.every)
		if modifier.limit then
			value = math.max(math.min(value, modifier.limit), -modifier.limit)
		end
	end
	if value == 0 and kind ~= "OVERRIDE" then
		return
	end
	if kind == "BASE" or kind == "INC" then
		if target then
			add(row, target, thousandths(value))
		end
	elseif kind == "FLAG" then
		if target then
			add(row, target, 1)
		end
	elseif kind == "MORE" and moreStats[name] then
		add(row, extraSlot(self, ("more %s %+09.3f"):format(name, value), self.moreEntries,
			{ target = target, factor = 1 + value / 100 }), 1)
	elseif kind == "OVERRIDE" and overrideStats[name] then
		-- The smallest of several overrides wins: entries are applied in descending order of value.
		add(row, extraSlot(self, ("override %s %09.3f"):format(name, 99999 - value), self.overrideEntries,
			{ target = target, value = value }), 1)
	end
end

-- Returns the number of the row that holds these modifiers.
function program:row(modifiers)
	local sums = {}
	for _, modifier in ipairs(modifiers) do
		if holds(self, modifier) then
			addModifier(self, sums, modifier)
		end
	end
	local list = {}
	for slot, amount in pairs(sums) do
		if amount ~= 0 then
			list[#list + 1] = { slot, amount }
		end
	end
	if #list == 0 then
		return 0
	end
	table.sort(list, function(a, b)
		return a[1] < b[1]
	end)
	self.rows[#self.rows + 1] = list
	return #self.rows - 1
end

function program.applies(self, modifier)
	if not holds(self, modifier) then
		return false
	end
	local row = {}
	addModifier(self, row, modifier)
	return next(row) ~= nil
end

local function byKey(a, b)
	return a.key < b.key
end

-- Builds the flat arrays. Row r starts in block r. A row with more than `width` entries continues in the block next[r], and so
-- on.
function program:finish()
	local total, blocks = slots.additiveCount + self.extraCount, #self.rows
	for _, row in ipairs(self.rows) do
		blocks = blocks + math.max(math.ceil(#row / width) - 1, 0)
	end
	local flat = {
		slotCount = total,
		size = total + width,
		slot = ffi.new("int32_t[?]", blocks * width),
		amount = ffi.new("double[?]", blocks * width),
		next = ffi.new("int32_t[?]", blocks),
	}
	local free = #self.rows
	for index, row in ipairs(self.rows) do
		local block = index - 1
		for position = 1, math.max(math.ceil(#row / width), 1) * width do
			local place = (position - 1) % width
			if place == 0 and position > 1 then
				flat.next[block] = free
				block = free
				free = free + 1
			end
			local entry = row[position]
			flat.slot[block * width + place] = entry and entry[1] or total + place
			flat.amount[block * width + place] = entry and entry[2] or 0
		end
	end
	-- A fixed order for everything that is multiplied or applied one after another.
	table.sort(self.moreEntries, byKey)
	table.sort(self.overrideEntries, byKey)
	table.sort(self.perEntries, byKey)
	flat.more, flat.override, flat.per = self.moreEntries, self.overrideEntries, self.perEntries
	self.rows = nil
	return flat
end

return program
