--- How parts of a change are refused: with the place in the change in front, as `items.Ring 1: ...`.

local refusal = require("refusal")

--- Raises the error of a part of a change that Path of Building's window would not take.
return function(where, text, ...)
	error(refusal.because(where .. ": " .. text:format(...)), 0)
end
