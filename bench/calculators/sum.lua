-- The cheapest calculator there is: what is left of a row's time is the cost of getting there and back.
return {
	name = "sum",
	version = "1",
	load = function()
		return {}, { class = "", level = 1, allocated = {} }
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
