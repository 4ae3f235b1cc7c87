-- What is proven about a program's variables: which are never reassigned, which names are in use where, which values are
-- never false, and where a variable is known to hold something that has fields.

local walk = require("pob.slice.walk")

local knowledge = {}
knowledge.__index = knowledge

-- Functions that never return false.
local NEVER_FALSE = {}
for name in ([[
	tonumber tostring type setmetatable math.floor math.ceil math.min math.max math.abs math.sqrt
	string.format string.match string.sub string.rep string.lower string.upper table.concat m_floor m_ceil m_min m_max m_abs
	m_sqrt s_format t_concat new
]]):gmatch("%S+") do
	NEVER_FALSE[name] = true
end

local ARITHMETIC = {}
for op in ("+ - * / % ^ .. & | ~ << >> ~>>"):gmatch("%S+") do
	ARITHMETIC[op] = true
end

local function pathOf(e)
	if e.k == "local" or e.k == "global" then
		return e.name
	elseif e.k == "index" and e.key.k == "string" and (e.o.k == "local" or e.o.k == "global") then
		return e.o.name .. "." .. e.key.v
	end
	return nil
end
knowledge.pathOf = pathOf

---@param chunk table @of parser.parse
function knowledge.of(chunk)
	local self = setmetatable({ about = {} }, knowledge)
	-- variable -> { isAssigned, isShadowed, values = list of expressions or "unknown" }
	local about, scope = self.about, {}
	local function value(variable, e)
		local known = about[variable]
		known.values[#known.values + 1] = e or "unknown"
	end
	local visitor = {}
	local function push()
		scope = setmetatable({}, { __index = scope })
	end
	local function pop()
		scope = getmetatable(scope).__index
	end
	visitor.open, visitor.openFunction, visitor.close, visitor.closeFunction = push, push, pop, pop
	function visitor:declare(variable, statement)
		local taken = scope[variable.name]
		if taken then
			about[taken].isShadowed = true
		end
		about[variable] = { values = {}, statement = statement }
		scope[variable.name] = variable
		if not statement then
			value(variable)
		end
	end
	function visitor:after(s)
		if s.k == "local" then
			local last = s.values[#s.values]
			local isOpen = last and (last.k == "call" or last.k == "method" or last.k == "vararg")
			for i, variable in ipairs(s.names) do
				value(variable, s.values[i] or not isOpen and { k = "constant", text = "nil" } or nil)
			end
		elseif s.k == "localfunction" then
			value(s.var, { k = "function" })
		end
	end
	local function assign(target, e)
		if target.k == "local" then
			about[target.v].isAssigned = true
			value(target.v, e)
		end
	end
	function visitor:statement(s)
		if s.k == "assign" then
			for i, target in ipairs(s.targets) do
				assign(target, i < #s.values and s.values[i] or i == #s.values and s.values[i] or nil)
			end
		elseif s.k == "compound" then
			assign(s.target, { k = "binary", op = s.op, a = s.target, b = s.value })
		elseif s.k == "function" then
			assign(s.target, { k = "function" })
		end
	end
	walk.through(chunk, visitor)
	-- The variables of numeric loops are numbers.
	local loops = {}
	function loops:statement(s)
		local path = s.k == "in" and s.values[1].k == "call" and pathOf(s.values[1].f)
		if s.k == "for" or path == "ipairs" then
			-- This replaces the declared value; assigned values stay.
			about[s.names[1]].values[1] = { k = "constant", v = 1, text = "1" }
		end
	end
	walk.through(chunk, loops)
	return self
end

---Whether a variable keeps its first value, so that its name may be declared as a constant.
function knowledge:isConstant(variable)
	local known = self.about[variable]
	return not known.isAssigned and not known.isShadowed
end

function knowledge:isAssigned(variable)
	return self.about[variable].isAssigned or false
end

---Whether an expression is never false (it may be nil).
function knowledge:isNeverFalse(e)
	local k = e.k
	if k == "constant" then
		return e.text ~= "false"
	elseif k == "string" or k == "function" or k == "table" then
		return true
	elseif k == "local" then
		local known = self.about[e.v]
		if known.isBusy then
			return true
		end
		known.isBusy = true
		local answer = #known.values > 0
		for _, value in ipairs(known.values) do
			answer = answer and value ~= "unknown" and self:isNeverFalse(value)
		end
		known.isBusy = false
		return answer
	elseif k == "binary" then
		if ARITHMETIC[e.op] then
			return true
		elseif e.op == "or" then
			return self:isNeverFalse(e.b)
		elseif e.op == "and" or e.op == "??" then
			return self:isNeverFalse(e.a) and self:isNeverFalse(e.b)
		end
		return false
	elseif k == "unary" then
		return e.op == "-" or e.op == "#" or e.op == "~" or e.op == "()" and self:isNeverFalse(e.a)
	elseif k == "ternary" then
		return self:isNeverFalse(e.a) and self:isNeverFalse(e.b)
	elseif k == "call" then
		return NEVER_FALSE[pathOf(e.f) or ""] or false
	end
	return false
end

---Whether an expression is neither false nor nil.
function knowledge:isTrue(e)
	local k = e.k
	if k == "constant" then
		return e.text ~= "false" and e.text ~= "nil"
	elseif k == "binary" then
		return ARITHMETIC[e.op] or e.op == "or" and self:isTrue(e.b) or e.op == "and" and self:isTrue(e.a) and self:isTrue(e.b)
	elseif k == "unary" then
		return e.op == "-" or e.op == "#" or e.op == "~" or e.op == "()" and self:isTrue(e.a)
	elseif k == "ternary" then
		return self:isTrue(e.a) and self:isTrue(e.b)
	end
	return k == "string" or k == "function" or k == "table"
end

-- Calls `take` with each variable in which evaluating `e` is certain to look up a field or method. Returns whether the rest
-- of the chain of names, calls and keys may be short-circuited, as `?.` does.
local function lookedInto(e, take)
	local k = e.k
	if k == "index" or k == "method" or k == "call" then
		local base = e.o or e.f
		if base.k == "local" and k ~= "call" and not e.nav then
			take(base.v)
		end
		if lookedInto(base, take) or e.nav or e.navCall then
			return true
		elseif k == "index" then
			lookedInto(e.key, take)
		else
			for _, arg in ipairs(e.args) do
				lookedInto(arg, take)
			end
		end
	elseif k == "binary" then
		lookedInto(e.a, take)
		if e.op ~= "and" and e.op ~= "or" and e.op ~= "??" then
			lookedInto(e.b, take)
		end
	elseif k == "unary" then
		lookedInto(e.a, take)
	elseif k == "ternary" then
		lookedInto(e.cond, take)
	elseif k == "table" then
		for _, item in ipairs(e.items) do
			if item.key then
				lookedInto(item.key, take)
			end
			lookedInto(item.value, take)
		end
	end
	return false
end

---Calls `take` with each variable that is known to have fields wherever the statements after `s` in its block run.
function knowledge:hasFieldsAfter(s, take)
	local function each(list)
		for _, e in ipairs(list) do
			lookedInto(e, take)
		end
	end
	if s.k == "local" or s.k == "return" or s.k == "for" or s.k == "in" then
		each(s.values)
	end
	if s.k == "local" and #s.names == 1 and s.values[1] and s.values[1].k == "table" then
		take(s.names[1])
	elseif s.k == "assign" then
		local isLeftOut = false
		for _, target in ipairs(s.targets) do
			isLeftOut = lookedInto(target, take) or isLeftOut
		end
		each(isLeftOut and {} or s.values)
	elseif s.k == "compound" then
		lookedInto(s.target, take)
	elseif s.k == "call" then
		lookedInto(s.e, take)
	elseif s.k == "if" then
		lookedInto(s.clauses[1].cond, take)
	elseif s.k == "while" then
		lookedInto(s.cond, take)
	end
end

return knowledge
