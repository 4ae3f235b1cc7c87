-- Sums ids, and keeps as many small tables as the build's text says: what rollback must look at after each row.
return {
	name = "keeping",
	version = "1",
	load = function(text)
		local nodes = {}
		for i = 1, tonumber(text) do
			nodes[i * 13] = { life = i, strength = 1 }
		end
		return { nodes = nodes }, { class = "", level = 1, allocated = {} }
	end,
	stats = function()
		return { "Sum" }
	end,
	Calculate = function(_, set)
		local sum, add = 0, set.add
		for i = 1, set.addCount do
			sum = sum + add[i]
		end
		return { Sum = sum }
	end,
}
