-- Turns errors with which the embedded calculators refuse a build into the contract's `nil, text, traceback`. These are errors
-- whose text has no position in the Lua code, raised as error(text, 0), and errors made by `refusal.because`. An error with a
-- position is a fault of this package and stays an error; so does a lack of memory, which is not the build's fault.
local refusal = {}

local Refusal = {}

--- What to raise if a foreign program failed on the build. `traceback` is the program's own.
function refusal.because(text, traceback)
	return setmetatable({ text = text, traceback = traceback }, Refusal)
end

--- Whether an error means that the state has no memory. The error handler then had none either.
function refusal.isMemory(message)
	return type(message) == "string"
		and (message:find("not enough memory", 1, true) or message:find("error in error handling", 1, true)) ~= nil
end

local function describe(message)
	if getmetatable(message) == Refusal then
		return message
	end
	if type(message) == "string" and not refusal.isMemory(message) and not message:find("^[^\n]-:%d+: ") then
		return refusal.because(message)
	end
	return debug.traceback(tostring(message), 2)
end

--- `load` with its refusals turned into return values.
function refusal.answering(load)
	return function(...)
		local ok, build, info = xpcall(load, describe, ...)
		if ok then
			return build, info
		end
		if getmetatable(build) == Refusal then
			return nil, build.text, build.traceback
		end
		error(build, 0)
	end
end

return refusal
