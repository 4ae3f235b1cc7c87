-- Where there is no LuaJIT on its own: the loop of naive.lua in a state of the embedded one, with the standard settings
-- that a state begins with. `open` comes back when standard input ends.
return {
	name = "naive",
	version = "1",
	open = function(options)
		dofile(options.script)
	end,
	load = function()
		return {}, {}
	end,
	stats = function()
		return {}
	end,
	Calculate = function()
		return {}
	end,
}
