-- The construction of objects: `new("X", a)` becomes `new("X"):X(a)`; a constructor becomes a method with the name of its class
-- that returns the object; and a constructor's calls of its parents, `self.Parent(a)`, become method calls too.

local walk = require("pob.slice.walk")

local classes = {}

local function isCallOf(e, name)
	return e and e.k == "call" and e.f.k == "global" and e.f.v == name
end

-- Calls `take(call, constructor)` for each statement that defines a class.
local function eachClass(chunk, take)
	local visitor = {}
	function visitor:statement(s)
		if s.k == "local" and isCallOf(s.values[1], "newClass") then
			take(s, s.values[1])
		end
	end
	walk.through(chunk, visitor)
end

---Adds the names of the classes that a module defines to `names`.
function classes.find(chunk, names)
	eachClass(chunk, function(_, call)
		names[call.args[1].v] = true
	end)
end

-- Calls `self.Parent(a)` in a constructor, where `self` is its first parameter.
local function parentCalls(text, f, names, edits, group)
	local visitor = {}
	function visitor:expression(e)
		local callee = e.k == "call" and e.f
		if callee and callee.k == "index" and callee.o.k == "local" and callee.o.v == f.params[1] and names[callee.key.v] then
			local dot = callee.o.to + 1
			assert(text:sub(dot, dot) == ".")
			edits:replace(group, dot, dot, ":")
		end
	end
	walk.through(f, visitor)
end

-- The `return` statements of the constructor itself.
local function returns(f, edits, group)
	local depth = 0
	local visitor = {}
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	function visitor:statement(s)
		if s.k == "return" and depth == 1 then
			assert(#s.values == 0, "a constructor answers something")
			edits:replace(group, s.first, s.last, "return self")
		end
	end
	walk.through(f, visitor)
end

---@param names table @name of a class -> true, for all modules
function classes.definitions(text, chunk, edits, names)
	eachClass(chunk, function(s, call)
		local constructor = call.args[#call.args]
		if not constructor or constructor.k ~= "function" then
			return
		end
		local f = constructor.f
		assert(f.params[1] and f.params[1].name == "self", "a constructor without self")
		local group = {}
		local before = text:sub(call.from, constructor.from - 1):gsub("%s*,%s*$", "")
		local parameters, after = text:match("^function%s*%(%s*self%s*,?%s*([^()]*)%)()", constructor.from)
		edits:replace(group, call.from, after - 1,
			before .. ")\nfunction " .. s.names[1].name .. ":" .. call.args[1].v .. "(" .. parameters .. ")")
		parentCalls(text, f, names, edits, group)
		returns(f, edits, group)
		-- After the last statement, whatever the indentation of its end.
		local last = f.body[#f.body]
		local ends = last and last.k == "return" and "end" or "\treturn self\nend"
		edits:replace(group, constructor.to - 2, call.to, ends)
		edits:add("constructor", group)
	end)
end

function classes.objects(text, chunk, edits)
	local visitor = {}
	function visitor:expression(e)
		if not isCallOf(e, "new") or not e.args[1] or e.args[1].k ~= "string" then
			return
		end
		local name = e.args[1].v
		-- The text after the name of the class, which contains no comma.
		local first = e.args[1].to + 1
		local comma = e.args[2] and text:match("^%s*,%s*()", first)
		local group = {}
		if e.args[2] then
			edits:replace(group, first, comma - 1, "):" .. name .. "(")
		else
			edits:replace(group, e.to + 1, e.to, ":" .. name .. "()")
		end
		edits:add("new", group)
	end
	local isDone = {}
	local visit = visitor.expression
	function visitor:expression(e, place, parent)
		-- Objects that are already constructed in this way.
		if parent and parent.k == "method" and parent.o == e and isCallOf(e, "new") then
			isDone[e] = true
		end
		if not isDone[e] then
			visit(self, e)
		end
	end
	walk.through(chunk, visitor)
end

-- Replaces `newClass` and `new` in Modules/Common.lua: constructors are methods named like their class; those of parents are
-- called as methods, each once.
local LIBRARY = [==[
function newClass(className, ...)
	local class = { _className = className }
	common.classes[className] = class
	class.__index = class
	class.__call = function(object, mix)
		for key, value in pairs(mix) do
			object[key] = value
		end
		return object
	end
	local names = { ... }
	if #names > 0 then
		class._parents = { }
		for i, name in ipairs(names) do
			class._parents[i] = getClass(name)
		end
		class._superParents = { }
		addSuperParents(class, class)
		setmetatable(class, { __index = function(self, key)
			for _, parent in ipairs(class._parents) do
				local value = parent[key]
				if value ~= nil then
					self[key] = value
					return value
				end
			end
		end })
	end
	return class
end

-- Stands for an object's parent: its methods, its constructor.
local function parentIndex(proxy, key)
	local value = rawget(rawget(proxy, "_object"), key)
	if value ~= nil then
		return value
	end
	return rawget(proxy, "_parent")[key]
end
local function parentCall(proxy, self, ...)
	local parent, object = rawget(proxy, "_parent"), rawget(proxy, "_object")
	local constructor = rawget(parent, parent._className)
	if not constructor then
		error("Class '"..parent._className.."' has no constructor")
	elseif self ~= object then
		error("The constructor of '"..parent._className.."' is to be called as a method")
	elseif object._parentInit[parent] then
		error("Class '"..parent._className.."' has already been initialised")
	end
	constructor(self, ...)
	object._parentInit[parent] = true
end
local function checkConstructor(class)
	local constructor = class[class._className]
	class[class._className] = function(self, ...)
		local answer = constructor(self, ...)
		for parent in pairs(class._superParents or { }) do
			if self._className == class._className and rawget(parent, parent._className) and not self._parentInit[parent] then
				error("Class '"..parent._className.."' must be initialised by '"..class._className.."'")
			end
		end
		return answer or error("The constructor of '"..class._className.."' answers nothing")
	end
	class._isChecked = true
end

function new(className, extra)
	if extra ~= nil then
		error("new(\""..className.."\") takes no arguments: they are those of the constructor")
	end
	local class = getClass(className)
	local object = setmetatable({ }, class)
	object.Object = object
	if class._parents then
		object._parentInit = { }
		for parent in pairs(class._superParents) do
			local proxy = { _parent = parent, _object = object, __index = parentIndex, __newindex = object, __call = parentCall }
			object[parent._className] = setmetatable(proxy, proxy)
		end
	end
	if rawget(class, className) and not rawget(class, "_isChecked") then
		checkConstructor(class)
	end
	return object
end]==]

---@return boolean @whether the module has the class library
function classes.library(text, chunk, edits)
	local group, isFirst = {}, true
	for _, s in ipairs(chunk.body) do
		if s.k == "function" and s.target.k == "global" and (s.target.v == "newClass" or s.target.v == "new") then
			edits:replace(group, s.first, s.last, isFirst and LIBRARY or "")
			isFirst = false
		end
	end
	if #group == 2 then
		edits:add("class library", group)
	end
	return #group == 2
end

return classes
