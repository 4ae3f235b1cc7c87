/** Lua files that keep the calculator contract. Node ids are what they do. */

/** Answers the sum of the added ids; 666 ends its process, 668 never ends, 669 fails. A text with "deadly" ends it, too. */
export const wild = `return {
	name = "wild", version = "1",
	load = function(text)
		if text:find("deadly") then os.exit(3) end
		return { text = text }, { class = "", level = 1, allocated = {} }
	end,
	stats = function() return { "Sum" } end,
	Calculate = function(build, set)
		local sum = 0
		for i = 1, set.addCount do
			local id = set.add[i]
			if id == 666 then os.exit(3) end
			if id == 668 then while true do end end
			if id == 669 then error("no") end
			sum = sum + id
		end
		return { Sum = sum }
	end,
}`;

/** Answers the first added id, after so many sines: about 15 ns each. */
export const slow = (sines: number, allocated = "") => `return {
	name = "slow", version = "1",
	load = function() return {}, { class = "", level = 1, allocated = { ${allocated} }, starts = { ${allocated} } } end,
	stats = function() return { "Sum" } end,
	Calculate = function(_, set)
		local x = 0
		for i = 1, ${sines} do x = x + math.sin(i) end
		return { Sum = (set.add[1] or 0) + 0 * x }
	end,
}`;

/** Numbers that JSON has no digits for. */
export const odd = `return {
	name = "odd", version = "1",
	load = function() return {}, { class = "", level = 1, allocated = {} } end,
	stats = function() return { "Infinite", "MinusZero", "Nan", "Third" } end,
	Calculate = function() return { Infinite = 1 / 0, MinusZero = -0.0, Nan = 0 / 0, Third = 1 / 3 } end,
}`;
