-- The grammar of expressions, following LuaJIT's lj_parse.c (expr, expr_binop, expr_primary_nav, parse_shortfunc).
-- parser.lua describes the tree.

local scopes = require("pob.slice.scopes")

local expressions = {}

-- Contexts in which an expression is not a value: at the start of a statement, or as a further target of an assignment.
local STATEMENT, TARGET = "statement", "target"
expressions.STATEMENT, expressions.TARGET = STATEMENT, TARGET

-- Left and right priorities of the binary operators.
local PRIORITY = {
	["or"] = { 1, 1 }, ["??"] = { 1, 1 }, ["and"] = { 2, 2 },
	["<"] = { 3, 3 }, [">"] = { 3, 3 }, ["<="] = { 3, 3 }, [">="] = { 3, 3 }, ["~="] = { 3, 3 }, ["=="] = { 3, 3 },
	["|"] = { 4, 4 }, ["~"] = { 5, 5 }, ["&"] = { 6, 6 }, ["<<"] = { 7, 7 }, [">>"] = { 7, 7 }, ["~>>"] = { 7, 7 },
	[".."] = { 9, 8 }, ["+"] = { 10, 10 }, ["-"] = { 10, 10 }, ["*"] = { 11, 11 }, ["/"] = { 11, 11 }, ["%"] = { 11, 11 },
	["^"] = { 14, 13 },
}
local UNARY_PRIORITY = 12
expressions.PRIORITY, expressions.UNARY_PRIORITY = PRIORITY, UNARY_PRIORITY

-- token -> operator, where an operator has two spellings
local BINARY = { ["&&"] = "and", ["||"] = "or", ["!="] = "~=" }
for op in pairs(PRIORITY) do
	BINARY[op] = op
end
local UNARY = { ["not"] = "not", ["!"] = "not", ["-"] = "-", ["#"] = "#", ["~"] = "~" }

local expression

function expressions.check(lex, kind)
	if lex.kind ~= kind then
		lex:fail("expected '" .. kind .. "', found '" .. tostring(lex.value or lex.kind) .. "'")
	end
end

local function expect(lex, kind)
	expressions.check(lex, kind)
	local value = lex.value
	lex:next()
	return value
end
expressions.expect = expect

local function accept(lex, kind)
	if lex.kind == kind then
		lex:next()
		return true
	end
	return false
end
expressions.accept = accept

-- Records the byte range of a part of the program if the caller asked for positions.
local function placed(lex, e, first)
	if lex.positions then
		e.from, e.to = first, lex.previousEnd
	end
	return e
end
expressions.placed = placed

---One or more expressions, separated by commas.
local function list(lex)
	local found = { expression(lex) }
	while accept(lex, ",") do
		found[#found + 1] = expression(lex)
	end
	return found
end
expressions.list = list

-- Parameter names, separated by commas, optionally ending with `...`. `finish` is the token that ends the list.
local function parameters(lex, f, finish)
	local names = {}
	if lex.kind ~= finish then
		repeat
			if accept(lex, "...") then
				f.isVararg, lex.isVararg = true, true
				break
			end
			local name = expect(lex, "name")
			scopes.checkNew(lex, name)
			names[#names + 1] = name
		until not accept(lex, ",")
	end
	expect(lex, finish)
	for _, name in ipairs(names) do
		f.params[#f.params + 1] = scopes.declare(lex, name)
	end
end

---The parameters and body of a `function`, up to its `end`.
function expressions.functionBody(lex, isMethod)
	local f = { params = {}, isVararg = false, isMethod = isMethod or nil }
	local around = scopes.openFunction(lex, false)
	if isMethod then
		scopes.checkNew(lex, "self")
		f.params[1] = scopes.declare(lex, "self")
	end
	expect(lex, "(")
	parameters(lex, f, ")")
	f.body = lex.block(lex)
	expect(lex, "end")
	scopes.closeFunction(lex, around)
	return f
end

-- `name`: its single parameter, already read; nil if the parameters are written between bars.
local function shortFunction(lex, first, name, noColon)
	local f = { params = {}, isVararg = false, isShort = true }
	local around = scopes.openFunction(lex, false)
	if name then
		scopes.checkNew(lex, name)
		f.params[1] = scopes.declare(lex, name)
	elseif not accept(lex, "||") then
		expect(lex, "|")
		parameters(lex, f, "|")
	end
	expect(lex, "->")
	if accept(lex, "do") then
		f.body = lex.block(lex)
		expect(lex, "end")
	else
		-- The body is an expression to return: a statement that cannot be left out.
		local at = lex.first
		f.body = { { k = "return", isBody = true, values = { expression(lex, noColon) }, first = at, last = lex.previousEnd } }
	end
	scopes.closeFunction(lex, around)
	return placed(lex, { k = "function", f = f }, first)
end

local function tableConstructor(lex)
	local items, first = {}, lex.first
	expect(lex, "{")
	while lex.kind ~= "}" do
		local item = {}
		if accept(lex, "[") then
			item.key = expression(lex)
			expect(lex, "]")
			expect(lex, "=")
		elseif lex.kind == "name" and lex:peek() == "=" then
			item.key = { k = "string", v = expect(lex, "name") }
			lex:next()
		end
		item.value = expression(lex)
		items[#items + 1] = item
		if not accept(lex, ",") and not accept(lex, ";") then
			break
		end
	end
	expect(lex, "}")
	return placed(lex, { k = "table", items = items, first = first, last = lex.previousEnd }, first)
end

local function arguments(lex)
	local first = lex.first
	if lex.kind == "string" then
		local value = lex.value
		lex:next()
		return { placed(lex, { k = "string", v = value }, first) }
	elseif lex.kind == "{" then
		return { tableConstructor(lex) }
	end
	expect(lex, "(")
	local args = lex.kind == ")" and {} or list(lex)
	expect(lex, ")")
	return args
end

-- Whether evaluation of an expression stops as soon as some part of it is nil.
local function isSafe(e)
	while e.k == "index" or e.k == "call" or e.k == "method" do
		if e.nav or e.navCall then
			return true
		end
		e = e.o or e.f
	end
	return false
end
expressions.isSafe = isSafe

-- Parentheses around an expression truncate it to one value and end the chain that `?.` short-circuits.
local function parenthesized(lex)
	local first = lex.first
	expect(lex, "(")
	local e = expression(lex)
	expect(lex, ")")
	if e.k == "vararg" or e.k == "call" or e.k == "method" or isSafe(e) then
		return placed(lex, { k = "unary", op = "()", a = e }, first)
	end
	return e
end

local CALLS = { ["("] = true, ["{"] = true, string = true }

---A name or a parenthesized expression with its suffixes: fields, calls, methods.
---@param noColon boolean|nil @between `?` and `:`, where a method would take the colon
---@param where string|nil @STATEMENT, TARGET, or nil for a value
---@return table @the expression
---@return boolean @whether it is only a parenthesized expression
function expressions.suffixed(lex, noColon, where)
	local e, first = nil, lex.first
	local isBare = lex.kind == "("
	if isBare then
		e = parenthesized(lex)
	else
		local name = expect(lex, "name")
		if lex.kind == "->" and where ~= STATEMENT then
			return shortFunction(lex, first, name, noColon), true
		end
		e = placed(lex, scopes.expressionOf(lex, name), first)
	end
	while true do
		local nav = where ~= TARGET and accept(lex, "?.") or nil
		lex.isRecent = lex.isRecent or nav
		local kind = lex.kind
		if kind == "[" then
			local open = lex.first
			lex:next()
			e = { k = "index", o = e, key = expression(lex), nav = nav, first = first, open = open, last = lex.first }
			expect(lex, "]")
		elseif kind == ":" and not noColon then
			lex:next()
			-- new("X"):X(...)
			lex.isRecent = lex.isRecent or e.k == "call" and e.f.v == "new"
			e = { k = "method", o = e, name = expect(lex, "name"), nav = nav, navCall = accept(lex, "?.") or nil }
			e.args = arguments(lex)
		elseif CALLS[kind] then
			e = { k = "call", f = e, nav = nav, args = arguments(lex) }
		elseif nav or kind == "." then
			if not nav then
				lex:next()
			end
			e = { k = "index", o = e, key = { k = "string", v = expect(lex, "name") }, nav = nav }
		else
			return e, isBare
		end
		placed(lex, e, first)
		isBare = false
	end
end

local function simple(lex, noColon)
	local kind, value, first = lex.kind, lex.value, lex.first
	local e
	if kind == "number" then
		e = { k = "constant", v = type(value) == "number" and value or nil, text = lex.digits }
	elseif kind == "nil" or kind == "true" or kind == "false" then
		e = { k = "constant", text = kind }
	elseif kind == "string" then
		e = { k = "string", v = value }
	elseif kind == "..." then
		if not lex.isVararg then
			lex:fail("cannot use '...' outside a vararg function")
		end
		e = { k = "vararg" }
	elseif kind == "{" then
		return tableConstructor(lex)
	elseif kind == "function" then
		lex:next()
		return placed(lex, { k = "function", f = expressions.functionBody(lex) }, first)
	elseif kind == "|" or kind == "||" then
		return shortFunction(lex, first, nil, noColon)
	else
		return (expressions.suffixed(lex, noColon))
	end
	lex:next()
	return placed(lex, e, first)
end

-- Parses operators that bind tighter than `limit`.
local function operation(lex, limit, noColon)
	local e, first = nil, lex.first
	local unary = UNARY[lex.kind]
	if unary then
		lex:next()
		e = placed(lex, { k = "unary", op = unary, a = operation(lex, UNARY_PRIORITY, noColon) }, first)
	else
		e = simple(lex, noColon)
	end
	local op = BINARY[lex.kind]
	while op and PRIORITY[op][1] > limit do
		lex:next()
		lex.isRecent = lex.isRecent or op == "??"
		e = { k = "binary", op = op, a = e, b = operation(lex, PRIORITY[op][2], noColon) }
		placed(lex, e, first)
		op = BINARY[lex.kind]
	end
	return e
end

---@param noColon boolean|nil @whether a colon ends the expression
function expression(lex, noColon)
	local first = lex.first
	local e = operation(lex, 0, noColon)
	if accept(lex, "?") then
		local a = expression(lex, true)
		expect(lex, ":")
		lex.isRecent = true
		e = placed(lex, { k = "ternary", cond = e, a = a, b = expression(lex) }, first)
	end
	return e
end
expressions.expression = expression

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return expressions
