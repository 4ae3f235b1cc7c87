-- The frame of a tool: a calculator that evaluates nothing and has commands, using the project's own Lua.
--
-- options: { paths = folders that `require` looks in, commands = a Lua file that returns its commands by name }
local host = ...
local commands = {}

return {
	name = "tool",
	version = "1",
	open = function(options)
		for _, folder in ipairs(options.paths) do
			package.path = folder .. "/?.lua;" .. folder .. "/?/init.lua;" .. package.path
		end
		for name, command in pairs(assert(loadfile(options.commands))(host)) do
			commands[name] = command
		end
	end,
	load = function()
		return {}, {}
	end,
	stats = function()
		return { "Nothing" }
	end,
	Calculate = function()
		return { Nothing = 0 }
	end,
	commands = commands,
}
