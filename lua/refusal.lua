-- Turns the errors by which the embedded calculators refuse a build into the contract's `nil, text, traceback`: texts
-- without a place in the Lua code, raised as error(text, 0), and what `refusal.because` makes. An error with a place is a
-- fault of ours and stays one; so does want of memory, which is no fault of the build.
local refusal = {}

local Refusal = {}

--- What to raise where a foreign program failed on the build: the traceback is its own.
function refusal.because(text, traceback)
	return setmetatable({ text = text, traceback = traceback }, Refusal)
end

--- Whether an error is of a state without memory; its handler then has none either.
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

--- `load` with its refusals as answers.
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
