-- Where there is no LuaJIT on its own: the loop of naive.lua in a state of the embedded one, with the standard settings
-- that a state begins with. `open` comes back when standard input ends.
return {
	name = "naive",
	version = "1",
	open = function(options)
		-- Opened anew: the process's own end does not wait for requests.
		io.input("/dev/stdin")
		-- Path of Building looks at the command line.
		_G.arg = {}
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
