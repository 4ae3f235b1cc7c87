-- Preallocates the tables of a calculation's numbers: some 800 numbers of the player, 170 of each hand. LuaJIT's tables
-- double each time that they are full, and rehash everything that they contain.
--
-- The results are equal because a table's size affects only the order of `pairs`, and Path of Building's loops over string
-- keys have an order of their own (pob.host.ordered_pairs).

local newTable = require("table.new")
local walk = require("pob.slice.walk")

-- The number of keys that the tables can hold without growing.
local PLAYER, ENEMY, HAND = 1024, 64, 256

-- The size needed for a table that is assigned to a field; nil: unknown.
local function sizeOf(target)
	local o, name = target.o, target.k == "index" and target.key.k == "string" and target.key.v
	local owner = o and o.k == "index" and o.key.k == "string" and o.key.v
	if name == "output" then
		return owner == "player" and PLAYER or owner == "enemy" and ENEMY or nil
	end
	return (name == "MainHand" or name == "OffHand") and o.k == "local" and HAND or nil
end

-- `player.output = { }` gets another constructor.
local function edits(module)
	local list, visitor = {}, {}
	function visitor:statement(s)
		for i, target in ipairs(s.k == "assign" and s.targets or {}) do
			local value, size = s.values[i], sizeOf(target)
			if size and value and value.k == "table" and #value.items == 0 and not module:textOf(s):find("\n") then
				local text = module:textOf(s)
				local before = text:sub(1, value.from - s.first)
				list[#list + 1] = {
					line = module:lineOf(s.first), find = text,
					replace = before .. ("__pobatch.newOutput(%d)"):format(size) .. text:sub(value.to - s.first + 2),
				}
			end
		end
	end
	walk.through(module.chunk, visitor)
	return list
end

local part = {
	name = "output_tables",
	edits = { ["Modules/CalcPerform.lua"] = edits, ["Modules/CalcOffence.lua"] = edits },
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

function part.install(shared)
	---@param size number @of keys that it can hold without growing
	function shared.newOutput(size)
		return newTable(0, size)
	end
end

return part
