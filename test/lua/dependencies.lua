-- Dependency sets of rows (pob.memo.dependency_set), without Path of Building.
local host = ...
local dependencySet = require("pob.memo.dependency_set")
local queryTests = require("pob.replacements.query_tests")
local readSet = require("pob.memo.read_set")

-- The functions of Path of Building that decide whether flags admit a modifier.
local env = {
	SkillType = {},
	AND64 = function(a, b)
		return bit.band(a, b)
	end,
	MatchKeywordFlags = function(flags, modFlags)
		return modFlags == 0 or bit.band(flags, modFlags) ~= 0
	end,
}

local function fill(set, entries)
	for _, entry in ipairs(entries or {}) do
		if entry[4] == "any" then
			set:add(entry[1], entry[2], entry[3], readSet.ANY, readSet.ANY)
		else
			set:add(unpack(entry))
		end
	end
	return set
end

local commands = {}

---Sets of `args.base`, and of `args.row`, which extends it: their texts; whether the base covers the row; whether each covers
---the detached set of `args.other`; and the base's text after it got everything from the row.
function commands.sets(_, args)
	local base = fill(dependencySet.new(env), args.base)
	local row = fill(base:over(), args.row)
	local other = fill(dependencySet.detached(), args.other)
	local found = {
		base = base:serialize(), row = row:serialize(), covers = base:covers(row), baseCoversOther = base:covers(other),
		rowCoversOther = row:covers(other), again = dependencySet.deserialize(row:serialize()):serialize(),
	}
	base:merge(row)
	found.merged, found.coversAfter = base:serialize(), base:covers(row)
	row:begin()
	found.begun = row:serialize()
	return found
end

---What a set knows about a modifier. The row extends the base.
function commands.modifier(_, args)
	local base = fill(dependencySet.new(env), args.base)
	local row = fill(base:over(), args.row)
	local admits = queryTests.new({}, env)
	local mod = args.mod
	return {
		matters = row:matters(mod, admits), isOrdered = row:isOrdered(mod) and true or false,
		isSeen = row:isSeen(mod) and true or false,
		asks = row:asks(mod.type, mod.name), rounds = row:has("rounding", mod.type .. " " .. mod.name) and true or false,
	}
end

---Natively recorded queries: the row's text before and after `learn`, for a row with the same queries and for one with another
---query.
function commands.noted()
	local base = dependencySet.new(env)
	local function ask(set, name)
		readSet.record(set.reads, "BASE", name, 1, 0)
	end
	ask(base, "Life")
	base:learn()
	base:settle()
	local row, texts = base:over(), {}
	for _, name in ipairs({ "Life", "Mana" }) do
		row:begin()
		ask(row, name)
		local before = row:serialize()
		row:learn()
		texts[#texts + 1] = { before = before, after = row:serialize(), covers = base:covers(row) }
	end
	return texts
end

readSet.use(host.modifierQueries)

return commands
