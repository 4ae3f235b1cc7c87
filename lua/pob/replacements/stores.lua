-- `new` of Path of Building's Modules/Common.lua, for "ModList" and "ModDB" only.
--
-- The original makes, for each parent class, a proxy table with two closures, only
-- to call the parent's constructor once; a row makes 250 such objects. Equal because
-- the fields that the two constructors set are set here, in the same state:
-- everything else that the original leaves on the object (`_parentInit` and the
-- proxy `ModStore`) is used by `new` and by constructors alone, and no class inherits
-- from these two. All other classes go to the original.

local setmetatable = setmetatable

local part = {
	name = "stores",
	targets = {
		{ name = "new", file = "Modules/Common.lua", lines = 45, hash = "e6b8c5418f0a0b11" },
		{ name = "ModStore constructor", file = "Classes/ModStore.lua", lines = 6, hash = "9805604a23f85580" },
		{ name = "ModList constructor", file = "Classes/ModList.lua", lines = 3, hash = "ba650366717789d2" },
		{ name = "ModDB constructor", file = "Classes/ModDB.lua", lines = 4, hash = "34ee1e154c8913a5" },
	},
}

local function classes(env)
	local list = env.common and env.common.classes
	return list and list.ModList and list.ModDB and list.ModList._constructor and list.ModDB._constructor and list
end

function part.ready(env)
	return classes(env)
end

function part.install(shared, env)
	local original = env.new
	local list = classes(env)
	local modList, modDB = list.ModList, list.ModDB

	function env.new(className, parent, ...)
		if className == "ModList" then
			local object = {
				parent = parent or false,
				actor = parent and parent.actor or {},
				multipliers = {},
				-- Watched where Path of Building may write some (inert_modifiers.lua).
				conditions = parent and shared.newConditions and shared.newConditions() or {},
				-- of list_index.lua
				pobatchIndex = false,
			}
			object.Object = object
			return setmetatable(object, modList)
		elseif className == "ModDB" then
			local object = {
				parent = parent or false,
				actor = parent and parent.actor or {},
				multipliers = {},
				conditions = shared.newConditions and shared.newConditions() or {},
				mods = {},
			}
			object.Object = object
			return setmetatable(object, modDB)
		end
		return original(className, parent, ...)
	end
end

return part
