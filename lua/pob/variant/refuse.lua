-- Refuses a part of a change; the message starts with the place in the change, as in `items.Ring 1: ...`.

local refusal = require("refusal")

--- Raises the error for a part of a change that Path of Building's window would not accept.
return function(where, text, ...)
	error(refusal.because(where .. ": " .. text:format(...)), 0)
end
