-- The tables of a calculation's numbers, made as large as they become: some 800 numbers of the player, 170 of each hand.
-- LuaJIT's tables double each time that they are full, and put all that they have in anew.
--
-- Equal because a table's size shows in nothing but the order of `pairs`, and Path of Building's loops over string keys
-- have one of their own (pob.host.ordered_pairs).

local newTable = require("table.new")

local part = {
	name = "output_tables",
	targets = {
		{ name = "perform", file = "Modules/CalcPerform.lua", lines = 2501, hash = "c92e84e617b5220c" },
		{ name = "offence", file = "Modules/CalcOffence.lua", lines = 5934, hash = "a039267386eec17e" },
	},
	edits = {
		[1] = { { line = 20, after = " env.player.output, env.enemy.output = __pobatch.newOutput(1024), __pobatch.newOutput(64)" } },
		[2] = { { line = 1995, after = " output.MainHand, output.OffHand = __pobatch.newOutput(256), __pobatch.newOutput(256)" } },
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

function part.install(shared)
	---@param size number @of keys that it will have at most, without growing
	function shared.newOutput(size)
		return newTable(0, size)
	end
end

return part
