-- Asks for what the states of an engine share. The node of a row selects the question.
local shared = (...).shared

return {
	name = "shared",
	version = "1",
	load = function()
		return {}, {}
	end,
	stats = function()
		return { "Number", "First", "Kept", "Long", "Serial" }
	end,
	Calculate = function(_, set)
		local id = set.add[1] % 10
		return {
			Number = shared.number("text " .. id),
			First = shared.put("key " .. id, "kept " .. id) and 1 or 0,
			Kept = shared.get("key " .. id) == "kept " .. id and 1 or 0,
			Long = shared.number(("long "):rep(10000) .. id),
			Serial = shared.serial(),
		}
	end,
	commands = {
		missing = function()
			return shared.get("nobody has this") == nil
		end,
		-- Puts more than is kept: the earlier texts are discarded, the numbers stay.
		fill = function()
			local before = shared.number("stays")
			shared.put("early", "text")
			for i = 1, 70 do
				shared.put("filler " .. i, ("x"):rep(1024 * 1024))
			end
			return { isGone = shared.get("early") == nil, isSame = shared.number("stays") == before }
		end,
	},
}
