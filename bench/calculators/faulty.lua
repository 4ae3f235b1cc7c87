-- For the soak: node 7 eats memory, 8 loops, 9 raises in the middle of its work; every other row answers its node's id.
-- It cannot prove that its state is clean, so each of them costs a new state.
local depth = 0
return {
	name = "faulty",
	version = "1",
	load = function()
		return {}, { allocated = {} }
	end,
	stats = function()
		return { "Node" }
	end,
	Calculate = function(_, set)
		depth = depth + 1
		local id = set.add[1] or 0
		if id == 7 then
			local list = {}
			while true do
				list[#list + 1] = {}
			end
		elseif id == 8 then
			while true do
			end
		elseif id == 9 then
			error("on purpose")
		end
		depth = depth - 1
		return { Node = id + depth }
	end,
}
