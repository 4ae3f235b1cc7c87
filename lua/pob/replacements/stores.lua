-- `new` of Path of Building's Modules/Common.lua, for "ModList" and "ModDB" only.
--
-- The original makes a proxy table for each parent class only to call the parent's constructor once; a row makes 250 such
-- objects. The results are equal because the fields that the constructors set are set here, to the same values. To verify
-- this, some objects are made and inspected field by field when the classes are there, with and without a parent, of which
-- nothing but `actor` may be read. Everything else that the original leaves on the object (its proxies, whose names are
-- those of classes or begin with "_") is used by `new` and by constructors alone, and no class may inherit from these two.
-- All other classes go to the original.
--
-- Since August 2026 a constructor is a method that has the name of its class: new("ModList"):ModList(parent).

local setmetatable = setmetatable

local part = {
	name = "stores",
	-- The text of the constructors does not matter: the objects that they make are inspected.
	derive = {},
}

local function read()
	return true
end
part.derive["Modules/Common.lua"], part.derive["Classes/ModStore.lua"] = read, read
part.derive["Classes/ModList.lua"], part.derive["Classes/ModDB.lua"] = read, read

-- The fields of a new store, and what they hold.
local FIELDS = { ModList = { "multipliers", "conditions" }, ModDB = { "multipliers", "conditions", "mods" } }

local function isMethod(class, name)
	return class._constructor == nil and type(rawget(class, name)) == "function"
end

-- How a store made the original way differs from what is expected; nil: it does not.
local function oddity(env, name, class)
	local asked, actor = {}, {}
	local parent = setmetatable({}, {
		__index = function(_, key)
			asked[#asked + 1] = key
			return key == "actor" and actor or nil
		end,
	})
	for _, given in ipairs({ false, parent }) do
		local store
		if isMethod(class, name) then
			store = env.new(name)
			store[name](store, given or nil)
		else
			store = env.new(name, given or nil)
		end
		local expected = { parent = given, Object = store, actor = given and actor or nil }
		local known = { actor = true }
		for key, value in pairs(expected) do
			known[key] = true
			if rawget(store, key) ~= value then
				return key
			end
		end
		for _, key in ipairs(FIELDS[name]) do
			known[key] = true
			local value = rawget(store, key)
			if type(value) ~= "table" or next(value) ~= nil or getmetatable(value) then
				return key
			end
		end
		local own = rawget(store, "actor")
		if type(own) ~= "table" or not given and next(own) ~= nil or getmetatable(store) ~= class then
			return "actor"
		end
		for key in pairs(store) do
			if not known[key] and not tostring(key):find("^_") and not env.common.classes[key] then
				return tostring(key)
			end
		end
	end
	for _, key in ipairs(asked) do
		if key ~= "actor" then
			return "parent." .. tostring(key)
		end
	end
	return nil
end

local function inherits(classes, from)
	for _, class in pairs(classes) do
		for _, parent in ipairs(rawget(class, "_parents") or {}) do
			if parent == from then
				return true
			end
		end
	end
	return false
end

function part.ready(env, _, _, this)
	local classes = env.common and env.common.classes
	if not classes or not classes.ModList or not classes.ModDB or this.why then
		return false
	end
	for name in pairs(FIELDS) do
		local class = classes[name]
		if not class._constructor and not isMethod(class, name) then
			return false
		end
		local ok, odd = pcall(oddity, env, name, class)
		if not ok or odd then
			this.why = ("a %s is made otherwise: %s"):format(name, tostring(odd))
		elseif inherits(classes, class) then
			this.why = "a class inherits from " .. name
		end
	end
	return not this.why
end

function part.install(shared, env)
	local original = env.new
	local classes = env.common.classes
	local modList, modDB = classes.ModList, classes.ModDB

	-- Conditions are watched in stores that Path of Building may write conditions to (inert_modifiers.lua).
	local function list(parent)
		local object = {
			parent = parent or false,
			actor = parent and parent.actor or {},
			multipliers = {},
			conditions = parent and shared.newConditions and shared.newConditions() or {},
			-- of list_index.lua
			pobatchIndex = false,
		}
		object.Object = object
		return object
	end
	local function database(parent)
		local object = {
			parent = parent or false,
			actor = parent and parent.actor or {},
			multipliers = {},
			conditions = shared.newConditions and shared.newConditions() or {},
			mods = {},
		}
		object.Object = object
		return object
	end

	if not isMethod(modList, "ModList") then
		function env.new(className, parent, ...)
			if className == "ModList" then
				return setmetatable(list(parent), modList)
			elseif className == "ModDB" then
				return setmetatable(database(parent), modDB)
			end
			return original(className, parent, ...)
		end
		return
	end

	-- The constructor fills in what `new` made.
	local function fill(object, fields)
		for key, value in next, fields do
			object[key] = value
		end
		object.Object = object
		return object
	end
	rawset(modList, "ModList", function(object, parent)
		return fill(object, list(parent))
	end)
	rawset(modDB, "ModDB", function(object, parent)
		return fill(object, database(parent))
	end)
	function env.new(className, ...)
		if className == "ModList" then
			return setmetatable({}, modList)
		elseif className == "ModDB" then
			return setmetatable({}, modDB)
		end
		return original(className, ...)
	end
end

return part
