-- For the soak: a calculator of which every part allocates a little, so that each refused allocation meets another one.
return {
	name = "few allocations",
	version = "1",
	open = function(options)
		assert(type(options) == "table")
	end,
	load = function(text)
		return { base = tonumber(text) or 0, text = {} }, { allocated = { 1, 2, 3 }, warnings = { "a" .. tostring(text) } }
	end,
	stats = function()
		return { "Sum", "Length" }
	end,
	Calculate = function(build, set)
		-- Grows while the row is calculated: undoing it takes an allocation, too.
		local text = build.text
		local sum = build.base
		for i = 1, set.removeCount do
			sum = sum - set.remove[i]
			text[i] = "node " .. set.remove[i]
		end
		local length = #table.concat(text, ",")
		for i = 1, set.removeCount do
			text[i] = nil
		end
		return { Sum = sum, Length = length }
	end,
	commands = {
		echo = function(_, args)
			return { args, tostring(args) }
		end,
	},
}
