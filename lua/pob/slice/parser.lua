-- A parser of Lua 5.1 source with LuaJIT's goto, for programs that look at programs.
--
-- It answers a tree in which names are resolved: a local variable is one table, wherever it is used.
--
-- Expressions: { k = "constant", v = number or nil }, { k = "string", v }, { k = "local", v = variable }, { k = "global", v = name },
-- { k = "vararg" }, { k = "index", o, key = expression; with a key in brackets, the bytes `first` to `last`, and `open` of
-- the bracket }, { k = "call", f, args }, { k = "method", o, name, args },
-- { k = "function", f = function }, { k = "binary", op, a, b }, { k = "unary", op, a }, { k = "table", items = list of
-- { key = expression or nil, value }, first, last = its bytes }.
--
-- Statements have the bytes `first` to `last`: { k = "local", names, values }, { k = "assign", targets, values },
-- { k = "call", e }, { k = "do", body }, { k = "while", cond, body }, { k = "repeat", cond, body },
-- { k = "if", clauses = list of { cond or nil, body } }, { k = "for", var, values, body }, { k = "in", names, values, body },
-- { k = "function", target, f }, { k = "localfunction", var, f }, { k = "return", values }, { k = "break" },
-- { k = "goto", name }, { k = "label", name }.
--
-- Functions: { params, isVararg, body }. Variables: { name }.

local lexer = require("pob.slice.lexer")

local parser = {}

local CONSTANT = { k = "constant" }
local VARARG = { k = "vararg" }
-- `...` is this one expression wherever it stands.
parser.VARARG = VARARG

-- left and right priority of binary operators
local PRIORITY = {
	["or"] = { 1, 1 }, ["and"] = { 2, 2 },
	["<"] = { 3, 3 }, [">"] = { 3, 3 }, ["<="] = { 3, 3 }, [">="] = { 3, 3 }, ["~="] = { 3, 3 }, ["=="] = { 3, 3 },
	[".."] = { 5, 4 }, ["+"] = { 6, 6 }, ["-"] = { 6, 6 }, ["*"] = { 7, 7 }, ["/"] = { 7, 7 }, ["%"] = { 7, 7 },
	["^"] = { 10, 9 },
}
local UNARY_PRIORITY = 8
local UNARY = { ["not"] = true, ["-"] = true, ["#"] = true }

local expression, block

local function check(lex, kind)
	if lex.kind ~= kind then
		lex:fail("expected '" .. kind .. "', found '" .. tostring(lex.value or lex.kind) .. "'")
	end
end

local function expect(lex, kind)
	check(lex, kind)
	local value = lex.value
	lex:next()
	return value
end

local function accept(lex, kind)
	if lex.kind == kind then
		lex:next()
		return true
	end
	return false
end

local function declare(lex, name)
	local variable = { name = name }
	lex.scope[name] = variable
	return variable
end

-- Blocks see what is around them.
local function open(lex)
	lex.scope = setmetatable({}, { __index = lex.scope })
end

local function close(lex)
	lex.scope = getmetatable(lex.scope).__index
end

local function expressions(lex)
	local list = { expression(lex, 0) }
	while accept(lex, ",") do
		list[#list + 1] = expression(lex, 0)
	end
	return list
end

local function functionBody(lex, withSelf)
	local f = { params = {}, isVararg = false }
	open(lex)
	if withSelf then
		f.params[1] = declare(lex, "self")
	end
	expect(lex, "(")
	while lex.kind ~= ")" do
		if accept(lex, "...") then
			f.isVararg = true
		else
			f.params[#f.params + 1] = declare(lex, expect(lex, "name"))
		end
		if not accept(lex, ",") then
			break
		end
	end
	expect(lex, ")")
	f.body = block(lex)
	close(lex)
	expect(lex, "end")
	return f
end

local function tableConstructor(lex)
	local items, first = {}, lex.first
	expect(lex, "{")
	while lex.kind ~= "}" do
		local item = {}
		if accept(lex, "[") then
			item.key = expression(lex, 0)
			expect(lex, "]")
			expect(lex, "=")
			item.value = expression(lex, 0)
		else
			item.value = expression(lex, 0)
			if lex.kind == "=" then
				-- What looked like a variable is the name of a field.
				item.key = { k = "string", v = item.value.name or lex:fail("expected a name") }
				lex:next()
				item.value = expression(lex, 0)
			end
		end
		items[#items + 1] = item
		if not accept(lex, ",") and not accept(lex, ";") then
			break
		end
	end
	expect(lex, "}")
	return { k = "table", items = items, first = first, last = lex.previousEnd }
end

local function arguments(lex)
	if lex.kind == "string" then
		local value = lex.value
		lex:next()
		return { { k = "string", v = value } }
	elseif lex.kind == "{" then
		return { tableConstructor(lex) }
	end
	expect(lex, "(")
	local args = lex.kind == ")" and {} or expressions(lex)
	expect(lex, ")")
	return args
end

local function suffixed(lex)
	local e, first = nil, lex.first
	if lex.kind == "name" then
		local name = lex.value
		local variable = lex.scope[name]
		e = variable and { k = "local", v = variable, name = name } or { k = "global", v = name, name = name }
		lex:next()
	else
		expect(lex, "(")
		e = expression(lex, 0)
		expect(lex, ")")
		if e.k == "vararg" or e.k == "call" or e.k == "method" then
			e = { k = "unary", op = "()", a = e }
		end
	end
	while true do
		local kind = lex.kind
		if kind == "." then
			lex:next()
			e = { k = "index", o = e, key = { k = "string", v = expect(lex, "name") } }
		elseif kind == "[" then
			local open = lex.first
			lex:next()
			e = { k = "index", o = e, key = expression(lex, 0), first = first, open = open, last = lex.first }
			expect(lex, "]")
		elseif kind == ":" then
			lex:next()
			local name = expect(lex, "name")
			e = { k = "method", o = e, name = name, args = arguments(lex) }
		elseif kind == "(" or kind == "string" or kind == "{" then
			e = { k = "call", f = e, args = arguments(lex) }
		else
			return e
		end
	end
end

local function simple(lex)
	local kind = lex.kind
	if kind == "number" then
		local number = tonumber(lex.text:sub(lex.first, lex.last))
		lex:next()
		return { k = "constant", v = number }
	elseif kind == "nil" or kind == "true" or kind == "false" then
		lex:next()
		return CONSTANT
	elseif kind == "string" then
		local value = lex.value
		lex:next()
		return { k = "string", v = value }
	elseif kind == "..." then
		lex:next()
		return VARARG
	elseif kind == "{" then
		return tableConstructor(lex)
	elseif kind == "function" then
		lex:next()
		return { k = "function", f = functionBody(lex) }
	end
	return suffixed(lex)
end

function expression(lex, limit)
	local e
	if UNARY[lex.kind] then
		local op = lex.kind
		lex:next()
		e = { k = "unary", op = op, a = expression(lex, UNARY_PRIORITY) }
	else
		e = simple(lex)
	end
	local priority = PRIORITY[lex.kind]
	while priority and priority[1] > limit do
		local op = lex.kind
		lex:next()
		e = { k = "binary", op = op, a = e, b = expression(lex, priority[2]) }
		priority = PRIORITY[lex.kind]
	end
	return e
end

local function scopedBlock(lex)
	open(lex)
	local body = block(lex)
	close(lex)
	return body
end

local statements = {}

statements["local"] = function(lex)
	lex:next()
	if accept(lex, "function") then
		local variable = declare(lex, expect(lex, "name"))
		return { k = "localfunction", var = variable, f = functionBody(lex) }
	end
	local names = { expect(lex, "name") }
	while accept(lex, ",") do
		names[#names + 1] = expect(lex, "name")
	end
	-- The bytes before the values, to keep the variables where the values go.
	local namesEnd = lex.previousEnd
	local values = accept(lex, "=") and expressions(lex) or {}
	for i, name in ipairs(names) do
		names[i] = declare(lex, name)
	end
	return { k = "local", names = names, values = values, namesEnd = namesEnd }
end

statements["if"] = function(lex)
	local clauses = {}
	repeat
		lex:next()
		local cond = expression(lex, 0)
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
	local cond = expression(lex, 0)
	expect(lex, "do")
	local body = scopedBlock(lex)
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
	-- The condition sees the body's variables.
	open(lex)
	local body = block(lex)
	expect(lex, "until")
	local cond = expression(lex, 0)
	close(lex)
	return { k = "repeat", cond = cond, body = body }
end

statements["for"] = function(lex)
	lex:next()
	local names = { expect(lex, "name") }
	local kind = "for"
	if lex.kind ~= "=" then
		kind = "in"
		while accept(lex, ",") do
			names[#names + 1] = expect(lex, "name")
		end
		check(lex, "in")
	end
	lex:next()
	local values = expressions(lex)
	expect(lex, "do")
	open(lex)
	for i, name in ipairs(names) do
		names[i] = declare(lex, name)
	end
	local body = block(lex)
	close(lex)
	expect(lex, "end")
	return { k = kind, names = names, values = values, body = body }
end

statements["function"] = function(lex)
	lex:next()
	local name = expect(lex, "name")
	local variable = lex.scope[name]
	local target = variable and { k = "local", v = variable, name = name } or { k = "global", v = name, name = name }
	local withSelf = false
	while lex.kind == "." or lex.kind == ":" do
		withSelf = lex.kind == ":"
		lex:next()
		target = { k = "index", o = target, key = { k = "string", v = expect(lex, "name") } }
	end
	return { k = "function", target = target, f = functionBody(lex, withSelf) }
end

statements["return"] = function(lex)
	lex:next()
	local kind = lex.kind
	local ends = kind == "end" or kind == "else" or kind == "elseif" or kind == "until" or kind == "eof" or kind == ";"
	return { k = "return", values = ends and {} or expressions(lex) }
end

statements["break"] = function(lex)
	lex:next()
	return { k = "break" }
end

statements["goto"] = function(lex)
	lex:next()
	return { k = "goto", name = expect(lex, "name") }
end

statements["::"] = function(lex)
	lex:next()
	local name = expect(lex, "name")
	expect(lex, "::")
	return { k = "label", name = name }
end

local function other(lex)
	local e = suffixed(lex)
	if lex.kind == "=" or lex.kind == "," then
		local targets = { e }
		while accept(lex, ",") do
			targets[#targets + 1] = suffixed(lex)
		end
		expect(lex, "=")
		return { k = "assign", targets = targets, values = expressions(lex) }
	elseif e.k ~= "call" and e.k ~= "method" then
		lex:fail("expected a statement")
	end
	return { k = "call", e = e }
end

local ENDS = { ["end"] = true, ["else"] = true, ["elseif"] = true, ["until"] = true, eof = true }

function block(lex)
	local list = {}
	while not ENDS[lex.kind] do
		if not accept(lex, ";") then
			local first = lex.first
			local startsOpen = lex.kind == "("
			local statement = (statements[lex.kind] or other)(lex)
			statement.first, statement.last = first, lex.previousEnd
			if startsOpen then
				-- Would be taken for a call of what stands before, were a statement between them taken out.
				statement.startsOpen = true
			end
			list[#list + 1] = statement
		end
	end
	return list
end

---The body of a chunk as a function. Raises a text with the line for what is not Lua.
---@param text string
---@param name string @of the chunk
function parser.parse(text, name)
	local lex = lexer.new(text, name)
	lex.scope = {}
	lex:next()
	local f = { params = {}, isVararg = true, body = block(lex) }
	check(lex, "eof")
	return f
end

-- It runs once or a few times: compiled, it would cost more than it does.
jit.off(true, true)

return parser
