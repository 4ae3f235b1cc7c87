-- Traverses a tree of the parser: every statement, expression and variable, along with its context.

local walk = {}

-- A place that takes any expression without parentheses, because the place itself delimits the expression.
local WHOLE = "whole"
walk.WHOLE = WHOLE

local expression, body

local function all(self, list, place, parent)
	for _, e in ipairs(list) do
		expression(self, e, place, parent)
	end
end

local function functionOf(self, f, node)
	self:openFunction(f, node)
	for _, parameter in ipairs(f.params) do
		self:declare(parameter)
	end
	body(self, f.body)
	self:closeFunction(f, node)
end

function expression(self, e, place, parent)
	self:expression(e, place, parent)
	local k = e.k
	if k == "index" then
		expression(self, e.o, place == "target" and place or "prefix", e)
		expression(self, e.key, WHOLE, e)
	elseif k == "call" then
		expression(self, e.f, "prefix", e)
		all(self, e.args, WHOLE, e)
	elseif k == "method" then
		expression(self, e.o, "prefix", e)
		all(self, e.args, WHOLE, e)
	elseif k == "function" then
		functionOf(self, e.f, e)
	elseif k == "binary" then
		expression(self, e.a, "operand", e)
		expression(self, e.b, "operand", e)
	elseif k == "unary" then
		expression(self, e.a, e.op == "()" and WHOLE or "operand", e)
	elseif k == "ternary" then
		expression(self, e.cond, "operand", e)
		expression(self, e.a, "middle", e)
		expression(self, e.b, WHOLE, e)
	elseif k == "table" then
		for _, item in ipairs(e.items) do
			if item.key then
				expression(self, item.key, WHOLE, e)
			end
			expression(self, item.value, WHOLE, e)
		end
	end
end

local function block(self, list, owner, variables)
	self:open(owner)
	for _, variable in ipairs(variables or {}) do
		self:declare(variable)
	end
	body(self, list, owner)
	self:close(owner)
end

function body(self, list, owner)
	self:body(list, owner)
	for i, s in ipairs(list) do
		self:statement(s, list, i, owner)
		local k = s.k
		if k == "local" then
			all(self, s.values, WHOLE, s)
			for _, variable in ipairs(s.names) do
				self:declare(variable, s)
			end
		elseif k == "localfunction" then
			self:declare(s.var, s)
			functionOf(self, s.f, s)
		elseif k == "function" then
			self:expression(s.target, "name", s)
			functionOf(self, s.f, s)
		elseif k == "assign" then
			all(self, s.targets, "target", s)
			all(self, s.values, WHOLE, s)
		elseif k == "compound" then
			expression(self, s.target, "target", s)
			expression(self, s.value, WHOLE, s)
		elseif k == "call" then
			expression(self, s.e, "statement", s)
		elseif k == "do" then
			block(self, s.body, s)
		elseif k == "while" then
			expression(self, s.cond, WHOLE, s)
			block(self, s.body, s)
		elseif k == "repeat" then
			self:open(s)
			body(self, s.body, s)
			expression(self, s.cond, WHOLE, s)
			self:close(s)
		elseif k == "if" then
			for _, clause in ipairs(s.clauses) do
				if clause.cond then
					expression(self, clause.cond, WHOLE, s)
				end
				block(self, clause.body, s)
			end
		elseif k == "for" or k == "in" then
			all(self, s.values, WHOLE, s)
			block(self, s.body, s, s.names)
		elseif k == "return" then
			all(self, s.values, WHOLE, s)
		end
		self:after(s, list, i, owner)
	end
end

local PLACES = {
	"expression", "statement", "after", "body", "declare", "open", "openFunction", "close", "closeFunction",
}

local function nothing() end

---Traverses a chunk with a visitor. These functions of it are called where it has them: `expression(e, place, parent)`,
---`statement(s, list, i, owner)`, `after` (with the same arguments, after the statement), `body(list, owner)`,
---`declare(variable, statement)`, `open`, `close`, `openFunction` and `closeFunction`.
function walk.through(chunk, visitor)
	for _, name in ipairs(PLACES) do
		visitor[name] = visitor[name] or nothing
	end
	functionOf(visitor, chunk, chunk)
end

return walk
