-- A calculator that calculates no builds: its command shows how this machine rounds. The functions come from the system's C
-- library, which uses different code on different processors, so two machines may differ in a last digit.
local functions = {
	function(x) return math.exp(x / 40) end,
	function(x) return math.log(x) end,
	function(x) return math.log10(x) end,
	function(x) return x ^ 0.731 end,
	function(x) return 1.0173 ^ x end,
	function(x) return math.sqrt(x) end,
	function(x) return math.sin(x) end,
	function(x) return math.cos(x) end,
	function(x) return math.tan(x) end,
	function(x) return math.atan2(x, 17.3) end,
	function(x) return math.sinh(x / 40) end,
	function(x) return math.tanh(x / 400) end,
	function(x) return math.fmod(x, 0.37) end,
}

return {
	name = "arithmetic",
	version = "1",
	load = function() return {}, {} end,
	stats = function() return {} end,
	Calculate = function() return {} end,
	commands = {
		--- All digits of several thousand results.
		digits = function()
			local found = {}
			for i = 1, 400 do
				local x = i * 1.618033988749895 + i / 7
				for _, f in ipairs(functions) do found[#found + 1] = ("%.17g"):format(f(x)) end
			end
			return table.concat(found, " ")
		end,
	},
}
