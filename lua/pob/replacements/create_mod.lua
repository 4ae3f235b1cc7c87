-- modLib.createMod of Path of Building's Modules/ModTools.lua, and AddMod, AddList and NewMod of its modifier stores.
--
-- The originals read their arguments through select() and build the modifier with a table constructor that ends in a call,
-- which LuaJIT does not compile. The results are equal because the same arguments determine source, flags and keyword flags
-- by the same type tests (a missing argument and nil fail the tests alike), and the tags follow in order. More than four
-- tag arguments, or a nil between them, go to the original.

local type = type
local select = select

local part = {
	name = "create_mod",
	targets = {
		{ name = "createMod", file = "Modules/ModTools.lua" },
	},
}

function part.ready(env)
	return env.modLib and env.modLib.parseMod
end

function part.install(shared, env)
	local modLib = env.modLib
	local original = modLib.createMod

	local function build(name, kind, value, source, flags, keywordFlags, t1, t2, t3, t4)
		if t1 == nil then
			return {
				name = name, type = kind, value = value,
				flags = flags, keywordFlags = keywordFlags, source = source,
			}
		elseif t2 == nil then
			return {
				name = name, type = kind, value = value,
				flags = flags, keywordFlags = keywordFlags, source = source, t1,
			}
		elseif t3 == nil then
			return {
				name = name, type = kind, value = value,
				flags = flags, keywordFlags = keywordFlags, source = source, t1, t2,
			}
		elseif t4 == nil then
			return {
				name = name, type = kind, value = value,
				flags = flags, keywordFlags = keywordFlags, source = source, t1, t2, t3,
			}
		end
		return {
			name = name, type = kind, value = value,
			flags = flags, keywordFlags = keywordFlags, source = source, t1, t2, t3, t4,
		}
	end

	-- nil before a tag: only the original knows how many tags there are
	local function holes(t1, t2, t3, t4)
		return t4 ~= nil and (t3 == nil or t2 == nil or t1 == nil)
			or t3 ~= nil and (t2 == nil or t1 == nil)
			or t2 ~= nil and t1 == nil
	end

	function modLib.createMod(name, kind, value, a, b, c, d, e, f, g, ...)
		local source, flags, keywordFlags = nil, 0, 0
		local start = 1
		if type(a) == "string" then
			source, start = a, 2
		end
		if type(b) == "number" then
			flags, start = b, 3
		end
		if type(c) == "number" then
			keywordFlags, start = c, 4
		end
		local t1, t2, t3, t4, more
		if start == 1 then
			t1, t2, t3, t4, more = a, b, c, d, e
		elseif start == 2 then
			t1, t2, t3, t4, more = b, c, d, e, f
		elseif start == 3 then
			t1, t2, t3, t4, more = c, d, e, f, g
		else
			t1, t2, t3, t4, more = d, e, f, g, nil
		end
		if more ~= nil or select("#", ...) > 0 or holes(t1, t2, t3, t4) or start < 3 and (f ~= nil or g ~= nil) then
			return original(name, kind, value, a, b, c, d, e, f, g, ...)
		end
		return build(name, kind, value, source, flags, keywordFlags, t1, t2, t3, t4)
	end
end

return part
