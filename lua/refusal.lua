-- Turns the errors by which the embedded calculators refuse a build, raised as error(text, 0), into the contract's
-- `nil, text`. An error with a place in the Lua code is a fault of ours and stays one.
return function(load)
	return function(source)
		local ok, build, info = xpcall(load, function(message)
			if type(message) == "string" and not message:find("^[^\n]-:%d+: ") then
				return { refused = message }
			end
			return debug.traceback(tostring(message), 2)
		end, source)
		if ok then
			return build, info
		end
		if type(build) == "table" then
			return nil, build.refused
		end
		error(build, 0)
	end
end
