-- Prints a tree of parser.lua in a canonical layout: the text is the same for the same program, whatever its layout and
-- comments.
--
-- By default the text compiles to the same bytecode, to the last instruction. Two options normalize further; they are for
-- comparing functions, and what they print is not meant to run. `plain` rewrites newer syntax to older equivalents (short
-- functions, `const`, compound assignments to plain variables and fields). `numbered` numbers the variables that are
-- declared in the text, in the order of their declarations. `outer` names the other variables.

local expressions = require("pob.slice.expressions")
local lexer = require("pob.slice.lexer")

local printer = {}

local PRIORITY, UNARY_PRIORITY = expressions.PRIORITY, expressions.UNARY_PRIORITY

local concat = table.concat

local expression, body

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quoted(text)
	return '"' .. text:gsub('[%c"\\\127-\255]', function(char)
		return ESCAPES[char] or ("\\%03d"):format(char:byte())
	end) .. '"'
end

local function number(e)
	local value = e.v
	if not value or value ~= value or value == math.huge then
		return e.text
	end
	return value == math.floor(value) and value < 2 ^ 53 and ("%.0f"):format(value) or ("%.17g"):format(value)
end

local function nameOf(self, variable)
	return self.names[variable] or self.outer and self.outer(self, variable) or variable.name
end

-- Declares a variable that is in scope from here on.
local function declared(self, variable)
	if self.numbered then
		self.count = self.count + 1
		self.names[variable] = "_" .. self.count
	end
	return nameOf(self, variable)
end

local function declaredAll(self, variables)
	local names = {}
	for i, variable in ipairs(variables) do
		names[i] = declared(self, variable)
	end
	return concat(names, ", ")
end

local function list(self, values)
	local texts = {}
	for i, e in ipairs(values) do
		texts[i] = expression(self, e)
	end
	return concat(texts, ", ")
end

local function isName(text)
	return text:find("^[%a_\128-\255][%w_\128-\255]*$") ~= nil and not lexer.KEYWORDS[text]
end

-- Kinds that can have a suffix without parentheses.
local PREFIX = { ["local"] = true, global = true, index = true, call = true, method = true }

local function prefix(self, e)
	local text = expression(self, e)
	return (PREFIX[e.k] or e.k == "unary" and e.op == "()") and text or "(" .. text .. ")"
end

-- Parameters, and whether the function's first one is the implicit `self`.
local function parameters(self, f, isMethod)
	local names = declaredAll(self, f.params)
	if isMethod then
		names = names:gsub("^self,? ?", "")
	end
	return f.isVararg and (names == "" and "..." or names .. ", ...") or names
end

local function indented(self, statements)
	self.depth = self.depth + 1
	local text = body(self, statements)
	self.depth = self.depth - 1
	return "\n" .. text .. ("\t"):rep(self.depth)
end

local function functionOf(self, f, isMethod)
	return "(" .. parameters(self, f, isMethod) .. ")" .. indented(self, f.body) .. "end"
end

local function shortFunction(self, f)
	local head = "|" .. parameters(self, f) .. "| -> "
	local first = f.body[1]
	if first and first.isBody then
		return head .. expression(self, first.values[1])
	end
	return head .. "do" .. indented(self, f.body) .. "end"
end

-- An operand, in parentheses if it would swallow everything that follows.
local function operand(self, e, needs)
	local text = expression(self, e)
	local isOpen = e.k == "ternary" or e.k == "function" and e.f.isShort and not self.plain
	return (needs or isOpen) and "(" .. text .. ")" or text
end

local function binary(self, e)
	local right = PRIORITY[e.op][2]
	local a, b = e.a, e.b
	-- The left operand must end before this operator; the right one must not.
	local leftEnds = a.k == "binary" and PRIORITY[a.op][2] or a.k == "unary" and a.op ~= "()" and UNARY_PRIORITY
	local left = operand(self, a, leftEnds and PRIORITY[e.op][1] > leftEnds)
	return left .. " " .. e.op .. " " .. operand(self, b, b.k == "binary" and PRIORITY[b.op][1] <= right)
end

local function unary(self, e)
	if e.op == "()" then
		return "(" .. expression(self, e.a) .. ")"
	end
	local text = operand(self, e.a, e.a.k == "binary" and PRIORITY[e.a.op][1] <= UNARY_PRIORITY)
	local apart = e.op == "not" or e.op == "-" and text:find("^%-")
	return e.op .. (apart and " " or "") .. text
end

-- Whether an expression contains an unparenthesized colon, of a method or otherwise.
local function hasColon(e)
	local k = e.k
	if k == "index" or k == "call" then
		return hasColon(e.o or e.f)
	elseif k == "binary" then
		return hasColon(e.a) or hasColon(e.b)
	elseif k == "unary" then
		return e.op ~= "()" and hasColon(e.a)
	end
	return k == "method" or k == "ternary" or k == "function"
end

local function tableOf(self, e)
	local items = {}
	for i, item in ipairs(e.items) do
		local key = item.key
		local text = expression(self, item.value)
		if key and key.k == "string" and isName(key.v) then
			text = key.v .. " = " .. text
		elseif key then
			text = "[" .. expression(self, key) .. "] = " .. text
		end
		items[i] = text
	end
	return "{ " .. concat(items, ", ") .. (items[1] and " }" or "}")
end

function expression(self, e)
	local k = e.k
	if k == "constant" then
		return e.v and number(e) or e.text
	elseif k == "string" then
		return quoted(e.v)
	elseif k == "vararg" then
		return "..."
	elseif k == "local" then
		return nameOf(self, e.v)
	elseif k == "global" then
		return e.v
	elseif k == "index" then
		local isField = e.key.k == "string" and isName(e.key.v)
		local dot = e.nav and "?." or isField and "." or ""
		return prefix(self, e.o) .. dot .. (isField and e.key.v or "[" .. expression(self, e.key) .. "]")
	elseif k == "call" then
		return prefix(self, e.f) .. (e.nav and "?." or "") .. "(" .. list(self, e.args) .. ")"
	elseif k == "method" then
		return prefix(self, e.o) .. (e.nav and "?." or "") .. ":" .. e.name .. (e.navCall and "?." or "") .. "("
			.. list(self, e.args) .. ")"
	elseif k == "function" then
		return e.f.isShort and not self.plain and shortFunction(self, e.f) or "function" .. functionOf(self, e.f)
	elseif k == "binary" then
		return binary(self, e)
	elseif k == "unary" then
		return unary(self, e)
	elseif k == "ternary" then
		local a = expression(self, e.a)
		return operand(self, e.cond) .. " ? " .. (hasColon(e.a) and "(" .. a .. ")" or a) .. " : " .. expression(self, e.b)
	end
	return tableOf(self, e)
end

---Whether an expression can be evaluated twice without harm: names and fields only.
---@param e table
function printer.isPath(e)
	local k = e.k
	if k == "index" then
		return printer.isPath(e.o) and printer.isPath(e.key)
	end
	return k == "local" or k == "global" or k == "string" or k == "constant"
		or k == "unary" and e.op == "()" and printer.isPath(e.a)
end

---Whether two expressions are the same path of names and fields.
---@param a table
---@param b table
function printer.isSamePath(a, b)
	if a.k ~= b.k then
		return false
	elseif a.k == "index" then
		return printer.isSamePath(a.o, b.o) and printer.isSamePath(a.key, b.key)
	end
	return (a.k == "local" or a.k == "global" or a.k == "string" or a.k == "constant") and a.v == b.v and a.text == b.text
end

local statements = {}

statements["local"] = function(self, s)
	-- The values cannot see the variables.
	local values = list(self, s.values)
	local text = (s.isConst and not self.plain and "const " or "local ") .. declaredAll(self, s.names)
	return s.values[1] and text .. " = " .. values or text
end

statements.localfunction = function(self, s)
	local word = s.isConst and not self.plain and "const" or "local"
	return word .. " function " .. declared(self, s.var) .. functionOf(self, s.f)
end

statements["function"] = function(self, s)
	local isMethod = s.f.isMethod and not self.numbered
	local target = expression(self, s.target)
	return "function " .. (isMethod and target:gsub("%.([^.]*)$", ":%1") or target) .. functionOf(self, s.f, isMethod)
end

statements.assign = function(self, s)
	return list(self, s.targets) .. " = " .. list(self, s.values)
end

statements.compound = function(self, s)
	local target = expression(self, s.target)
	if self.plain and printer.isPath(s.target) and not expressions.isSafe(s.target) then
		return target .. " = " .. binary(self, { op = s.op, a = s.target, b = s.value })
	end
	return target .. " " .. s.op .. "= " .. expression(self, s.value)
end

statements.call = function(self, s)
	return expression(self, s.e)
end

statements["do"] = function(self, s)
	return "do" .. indented(self, s.body) .. "end"
end

statements["while"] = function(self, s)
	return "while " .. expression(self, s.cond) .. " do" .. indented(self, s.body) .. "end"
end

statements["repeat"] = function(self, s)
	local text = indented(self, s.body)
	return "repeat" .. text .. "until " .. expression(self, s.cond)
end

statements["if"] = function(self, s)
	local parts = {}
	for i, clause in ipairs(s.clauses) do
		local head = clause.cond and (i == 1 and "if " or "elseif ") .. expression(self, clause.cond) .. " then" or "else"
		parts[#parts + 1] = head .. indented(self, clause.body)
	end
	return concat(parts) .. "end"
end

statements["for"] = function(self, s)
	local values = list(self, s.values)
	local head = "for " .. declaredAll(self, s.names) .. (s.k == "for" and " = " or " in ") .. values
	return head .. " do" .. indented(self, s.body) .. "end"
end
statements["in"] = statements["for"]

statements["return"] = function(self, s)
	return s.values[1] and "return " .. list(self, s.values) or "return"
end

statements["break"] = function()
	return "break"
end

statements.continue = function()
	return "continue"
end

statements["goto"] = function(_, s)
	return "goto " .. s.name
end

statements.label = function(_, s)
	return "::" .. s.name .. "::"
end

function body(self, list)
	local lines = {}
	for i, s in ipairs(list) do
		local text = statements[s.k](self, s)
		-- A leading parenthesis would continue the previous statement.
		lines[i] = ("\t"):rep(self.depth) .. (text:find("^%(") and ";" or "") .. text .. "\n"
	end
	return concat(lines)
end

local function new(options)
	return {
		names = {}, count = 0, depth = 0, plain = options and options.plain, numbered = options and options.numbered,
		outer = options and options.outer,
	}
end

---The text of a chunk, as returned by parser.parse.
---@param f table
---@param options table|nil @{ plain, numbered = boolean }
---@return string
function printer.chunk(f, options)
	return body(new(options), f.body)
end

---The text of a function as it is in the tree.
---@param f table
---@param options table|nil @{ plain, numbered = boolean }
---@return string
function printer.functionText(f, options)
	return "function" .. functionOf(new(options), f)
end

---The text of an expression.
---@param e table
---@param options table|nil @{ plain, numbered = boolean, outer = function(printer, variable) -> name }
---@return string
function printer.expression(e, options)
	return expression(new(options), e)
end

---The texts of several expressions; a variable has the same name in all of them.
---@param list table
---@param options table|nil
---@return string
function printer.expressions(list, options)
	local self, texts = new(options), {}
	for i, e in ipairs(list) do
		texts[i] = expression(self, e)
	end
	return concat(texts, " | ")
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return printer
