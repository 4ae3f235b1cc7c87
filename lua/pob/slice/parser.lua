-- A parser of LuaJIT's Lua, for programs that analyze programs. It reads the tokens of lexer.lua by the rules of LuaJIT's
-- own lj_parse.c (built with LUA52COMPAT). It rejects what LuaJIT rejects, except for LuaJIT's size limits.
--
-- It returns a tree in which names are resolved: a local variable is one table, wherever it is used.
--
-- Expressions: { k = "constant", v = number or nil, text }, { k = "string", v }, { k = "local", v = variable, name }, { k =
-- "global", v = name, name }, { k = "vararg" }, { k = "index", o, key = expression; with a key in brackets, the bytes
-- `first` to `last`, and `open` of the bracket }, { k = "call", f, args }, { k = "method", o, name, args }, { k =
-- "function", f = function }, { k = "binary", op, a, b }, { k = "unary", op, a; "()": significant parentheses }, { k =
-- "ternary", cond, a, b }, { k = "table", items = list of { key = expression or nil, value }, first, last = its bytes }.
-- With `positions`, all have the bytes `from` to `to`. What follows a `?.` has `nav`; a method whose arguments follow one
-- has `navCall`. There, if what came before is nil, nothing more is evaluated up to the end of the chain of names, calls
-- and keys. Operators with two spellings have one here: `and`, `or`, `not`, `~=`.
--
-- Statements have the bytes `first` to `last`: { k = "local", names, values, isConst }, { k = "assign", targets, values },
-- { k = "compound", op, target with `isTarget`, value } (`target op= value`), { k = "call", e }, { k = "do", body }, { k =
-- "while", cond, body }, { k = "repeat", cond, body }, { k = "if", clauses = list of { cond or nil, body } }, { k = "for",
-- names, values, body }, { k = "in", names, values, body }, { k = "function", target, f }, { k = "localfunction", var, f,
-- isConst }, { k = "return", values; isBody: without the keyword }, { k = "break" }, { k = "continue" }, { k = "goto", name
-- }, { k = "label", name }.
--
-- Functions: { params, isVararg, body, isMethod, isShort }. Variables: { name, isConst }.

local expressions = require("pob.slice.expressions")
local lexer = require("pob.slice.lexer")
local scopes = require("pob.slice.scopes")

local parser = {}

local accept, check, expect, placed = expressions.accept, expressions.check, expressions.expect, expressions.placed
local expression, list, functionBody, suffixed =
	expressions.expression, expressions.list, expressions.functionBody, expressions.suffixed

local block

local function scopedBlock(lex, isLoop)
	scopes.open(lex, isLoop)
	local body = block(lex)
	scopes.close(lex)
	return body
end

local statements = {}

local function newName(lex)
	local name = expect(lex, "name")
	scopes.checkNew(lex, name)
	return name
end

local function declareAll(lex, names, isConst)
	for i, name in ipairs(names) do
		names[i] = scopes.declare(lex, name, isConst)
	end
end

-- Parses what follows `local` or `const`.
local function declaration(lex, isConst)
	lex:next()
	if accept(lex, "function") then
		local variable = scopes.declare(lex, newName(lex), isConst)
		return { k = "localfunction", var = variable, f = functionBody(lex), isConst = isConst }
	end
	local names = { newName(lex) }
	while accept(lex, ",") do
		local name = newName(lex)
		for _, before in ipairs(isConst and names or {}) do
			if before == name then
				lex:fail("attempt to re-declare const variable '" .. name .. "'")
			end
		end
		names[#names + 1] = name
	end
	-- The last byte before the values, so that the variables can stay when the values are left out.
	local namesEnd = lex.previousEnd
	local values = accept(lex, "=") and list(lex) or {}
	declareAll(lex, names, isConst)
	return { k = "local", names = names, values = values, namesEnd = namesEnd, isConst = isConst }
end

statements["local"] = function(lex)
	return declaration(lex)
end

statements["if"] = function(lex)
	local clauses = {}
	repeat
		lex:next()
		local cond = expression(lex)
		expect(lex, "then")
		clauses[#clauses + 1] = { cond = cond, body = scopedBlock(lex) }
	until lex.kind ~= "elseif"
	if accept(lex, "else") then
		clauses[#clauses + 1] = { body = scopedBlock(lex) }
	end
	expect(lex, "end")
	return { k = "if", clauses = clauses }
end

statements["while"] = function(lex)
	lex:next()
	local cond = expression(lex)
	expect(lex, "do")
	local body = scopedBlock(lex, true)
	expect(lex, "end")
	return { k = "while", cond = cond, body = body }
end

statements["do"] = function(lex)
	lex:next()
	local body = scopedBlock(lex)
	expect(lex, "end")
	return { k = "do", body = body }
end

statements["repeat"] = function(lex)
	lex:next()
	-- The condition can see the body's variables.
	scopes.open(lex, true)
	local body = block(lex)
	expect(lex, "until")
	scopes.placeContinue(lex)
	local cond = expression(lex)
	scopes.close(lex)
	return { k = "repeat", cond = cond, body = body }
end

statements["for"] = function(lex)
	lex:next()
	local names = { newName(lex) }
	local kind, values = "for", nil
	if accept(lex, "=") then
		values = { expression(lex) }
		expect(lex, ",")
		values[2] = expression(lex)
		values[3] = accept(lex, ",") and expression(lex) or nil
	else
		kind = "in"
		while accept(lex, ",") do
			names[#names + 1] = newName(lex)
		end
		expect(lex, "in")
		values = list(lex)
	end
	expect(lex, "do")
	scopes.open(lex, true)
	declareAll(lex, names)
	local body = block(lex)
	scopes.close(lex)
	expect(lex, "end")
	return { k = kind, names = names, values = values, body = body }
end

statements["function"] = function(lex)
	lex:next()
	local first = lex.first
	local target = placed(lex, scopes.expressionOf(lex, expect(lex, "name")), first)
	local isMethod = false
	while not isMethod and (lex.kind == "." or lex.kind == ":") do
		isMethod = lex.kind == ":"
		lex:next()
		target = placed(lex, { k = "index", o = target, key = { k = "string", v = expect(lex, "name") } }, first)
	end
	scopes.checkTarget(lex, target)
	return { k = "function", target = target, f = functionBody(lex, isMethod) }
end

local ENDS = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true, eof = true }

statements["return"] = function(lex)
	lex:next()
	local isEmpty = ENDS[lex.kind] or lex.kind == ";"
	return { k = "return", values = isEmpty and {} or list(lex) }
end

statements["break"] = function(lex)
	lex:next()
	scopes.jump(lex, "break")
	return { k = "break" }
end

statements["goto"] = function(lex)
	lex:next()
	local name = expect(lex, "name")
	scopes.jump(lex, "goto", name)
	return { k = "goto", name = name }
end

statements["::"] = function(lex)
	lex:next()
	local name = expect(lex, "name")
	scopes.label(lex, name)
	expect(lex, "::")
	local last = lex.previousEnd
	-- Labels at the same position are placed together.
	lex.labels[#lex.labels + 1] = name
	while accept(lex, ";") do
	end
	if lex.kind ~= "::" then
		scopes.placeLabels(lex, lex.labels, ENDS[lex.kind] and lex.kind ~= "until")
		lex.labels = {}
	end
	return { k = "label", name = name, last = last }
end

-- token -> operator of a compound assignment; `~=` is a single token, the others are followed by an equals sign.
local COMPOUND = { ["~="] = "~" }
for op in ("+ - * / % .. & | << >> ~>>"):gmatch("%S+") do
	COMPOUND[op] = op
end

local ASSIGNABLE = { ["local"] = true, ["global"] = true, index = true }

local function checkTarget(lex, e, isBare)
	if isBare or not ASSIGNABLE[e.k] then
		lex:fail("expected a statement")
	end
	scopes.checkTarget(lex, e)
end

-- A call or an assignment.
local function other(lex)
	local e, isBare = suffixed(lex, false, expressions.STATEMENT)
	if not isBare and (e.k == "call" or e.k == "method") then
		return { k = "call", e = e }
	end
	checkTarget(lex, e, isBare)
	local op = COMPOUND[lex.kind]
	if op then
		if lex.kind ~= "~=" then
			if lex.text:sub(lex.last + 1, lex.last + 1) ~= "=" then
				lex:fail("expected '=' right behind '" .. op .. "'")
			end
			lex:next()
			check(lex, "=")
		end
		lex:next()
		e.isTarget = true
		return { k = "compound", op = op, target = e, value = expression(lex) }
	end
	local targets = { e }
	if lex.kind == "," and expressions.isSafe(e) then
		lex:fail("expected one target with '?.'")
	end
	while accept(lex, ",") do
		e, isBare = suffixed(lex, false, expressions.TARGET)
		checkTarget(lex, e, isBare)
		targets[#targets + 1] = e
	end
	expect(lex, "=")
	return { k = "assign", targets = targets, values = list(lex) }
end

-- Statements that begin with a name that is not a keyword. Each function returns nil if it is only a name.
local SOFT = {
	const = function(lex)
		local kind = lex:peek()
		return (kind == "name" or kind == "function") and declaration(lex, true) or nil
	end,
	continue = function(lex)
		if not ENDS[lex:peek()] then
			return nil
		end
		lex:next()
		scopes.jump(lex, "continue")
		return { k = "continue" }
	end,
}

local function statementOf(lex)
	local read = statements[lex.kind]
	local soft = not read and lex.kind == "name" and SOFT[lex.value]
	return read and read(lex) or soft and soft(lex) or other(lex)
end

function block(lex)
	local body = {}
	while not ENDS[lex.kind] do
		if not accept(lex, ";") then
			local first = lex.first
			local startsOpen = lex.kind == "("
			local statement = statementOf(lex)
			statement.first, statement.last = first, statement.last or lex.previousEnd
			if startsOpen then
				-- It would be parsed as a call of the preceding expression if the statement between them were left out.
				statement.startsOpen = true
			end
			body[#body + 1] = statement
			if statement.k == "return" then
				accept(lex, ";")
				break
			end
		end
	end
	return body
end

---The body of a chunk as a function. `isRecent`: it may contain `?.`, `??`, a ternary, or an object made by
---new("X"):X(...). Raises a message with the line number for text that is not valid Lua.
---@param text string
---@param name string @of the chunk
---@param positions boolean|nil @whether expressions record their positions
function parser.parse(text, name, positions)
	local lex = lexer.new(text, name)
	lex.positions = positions
	lex.scope, lex.count, lex.block, lex.labels = {}, 0, block, {}
	lex:next()
	local around = scopes.openFunction(lex, true)
	local f = { params = {}, isVararg = true, body = block(lex) }
	check(lex, "eof")
	scopes.closeFunction(lex, around)
	f.isRecent = lex.isRecent and true or false
	return f
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return parser
