-- One form for programs that do the same in different words. The dialect that Path of Building has used since August 2026 is
-- converted to the earlier one where both are proven equal.
--
--   x += 1                                x = x + 1
--   x = x ?? y, `x` a variable            if x == nil then x = y end
--   x ?? y, `x` never false               x or y
--   c ? x : y, `x` neither false nor nil  c and x or y
--   x?.f, `x` certainly not nil           x.f
--   x?.f, `x` never false                 x and x.f                           (where only one value is taken)
--   x?.f = v, x?.f(v) as statements       if x ~= nil then x.f = v end
--   local function f() end, not recursive local f = function() end
--   x = x or y, `x` a variable, never false  if x == nil then x = y end
--   goto end of the loop's body           continue
--   if c then continue end; rest          if not c then rest end              (to the end of the loop's body)
--   new("X"):X(v)                         new("X", v)
--
-- The tree of parser.lua is changed in place. A construct that is not converted is no error: two programs that do the same may
-- then have different forms, and nothing relies on equal programs having equal forms.

local expressions = require("pob.slice.expressions")
local knowledgeModule = require("pob.slice.knowledge")
local printer = require("pob.slice.printer")
local walk = require("pob.slice.walk")

local normalForm = {}

local LOOPS = { ["for"] = true, ["in"] = true, ["while"] = true }

local function isNil(e)
	return e.k == "constant" and e.text == "nil"
end

-- Turns the node `e` into `other`.
local function become(e, other)
	for key in pairs(e) do
		if key ~= "from" and key ~= "to" then
			e[key] = nil
		end
	end
	for key, value in pairs(other) do
		e[key] = value
	end
end

local NEGATED = { ["=="] = "~=", ["~="] = "==" }

-- The negation of the condition `e`.
local function negated(e)
	if e.k == "unary" and e.op == "()" then
		return negated(e.a)
	elseif e.k == "unary" and e.op == "not" then
		return e.a.k == "unary" and e.a.op == "()" and e.a.a or e.a
	elseif e.k == "binary" and NEGATED[e.op] then
		return { k = "binary", op = NEGATED[e.op], a = e.a, b = e.b }
	end
	local needs = e.k == "binary" or e.k == "ternary"
	return { k = "unary", op = "not", a = needs and { k = "unary", op = "()", a = e } or e }
end

-- Turns jumps to a label at the end of a loop's body into `continue`.
local function replaceJumps(loop)
	local label = loop.body[#loop.body]
	if not label or label.k ~= "label" then
		return
	end
	local depth, inner, isUsed, jumps = -1, 0, false, {}
	local visitor, isOnly = {}, true
	function visitor:body(list)
		for _, s in ipairs(list ~= loop.body and list or {}) do
			isOnly = isOnly and not (s.k == "label" and s.name == label.name)
		end
	end
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	function visitor:statement(s)
		if s.k == "goto" and s.name == label.name then
			if depth == 0 and inner == 0 then
				jumps[#jumps + 1] = s
			else
				isUsed = true
			end
		end
		inner = inner + ((LOOPS[s.k] or s.k == "repeat") and 1 or 0)
	end
	function visitor:after(s)
		inner = inner - ((LOOPS[s.k] or s.k == "repeat") and 1 or 0)
	end
	walk.through({ params = {}, body = loop.body }, visitor)
	-- A block has a label of the same name, which jumps inside that block refer to.
	if not isOnly then
		return
	end
	for _, s in ipairs(jumps) do
		s.k, s.name = "continue", nil
	end
	if not isUsed then
		loop.body[#loop.body] = nil
	end
end

local function hasLabels(list, from)
	for i = from, #list do
		if list[i].k == "label" then
			return true
		end
	end
	return false
end

-- `list`: statements at the end of which the loop continues with its next round.
local function nestTails(list)
	for i, s in ipairs(list) do
		local clause = s.k == "if" and #s.clauses == 1 and s.clauses[1]
		if clause and #clause.body == 1 and clause.body[1].k == "continue" and i < #list and not hasLabels(list, i) then
			local rest = {}
			for j = i + 1, #list do
				rest[#rest + 1], list[j] = list[j], nil
			end
			clause.cond, clause.body = negated(clause.cond), rest
			break
		end
	end
	local last = list[#list]
	if last and last.k == "if" then
		for _, clause in ipairs(last.clauses) do
			nestTails(clause.body)
		end
	elseif last and last.k == "continue" then
		list[#list] = nil
	end
end

-- Turns `?.` into `.` after variables that certainly are not nil there.
local function dropNeedlessNavigation(chunk, known)
	local scopes = { {} }
	local visitor = {}
	local function push()
		scopes[#scopes + 1] = setmetatable({}, { __index = scopes[#scopes] })
	end
	local function pop()
		scopes[#scopes] = nil
	end
	visitor.open, visitor.close, visitor.openFunction, visitor.closeFunction = push, pop, push, pop
	function visitor:after(s, _, _, owner)
		if owner and owner.k == "repeat" then
			-- In a `repeat` loop, `continue` skips the rest of the body, yet the condition still runs.
			return
		elseif s.k == "label" then
			-- A jump to this label may have skipped the statements before it.
			scopes[#scopes] = setmetatable({}, { __index = scopes[#scopes - 1] })
		end
		known:hasFieldsAfter(s, function(variable)
			if not known:isAssigned(variable) then
				scopes[#scopes][variable] = true
			end
		end)
	end
	function visitor:expression(e)
		if (e.k == "index" or e.k == "method") and e.nav and e.o.k == "local" and scopes[#scopes][e.o.v] then
			e.nav = nil
		end
	end
	walk.through(chunk, visitor)
end

-- The link of a chain of names, calls and keys that has the chain's only `?.`, directly after a variable; nil for other chains.
local function navigated(e)
	local found
	while e do
		if e.navCall or e.nav and found then
			return nil
		elseif e.nav then
			found = e
		end
		local base = e.o or e.f
		if not base then
			return found and found.k ~= "call" and e.k == "local" and printer.isSamePath(found.o or found.f, e) and found or nil
		end
		e = base
	end
end

-- Whether an expression fills several variables. After `?.` a call may return several values; `and` reduces them to one.
local function isSpread(e, parent)
	local taken = parent and (parent.k == "local" and parent.names or parent.k == "assign" and parent.targets)
	return parent and (parent.k == "in" or taken and #taken > #parent.values) and parent.values[#parent.values] == e
end

local CHAIN = { index = true, call = true, method = true }

local function rewriteExpressions(chunk, known)
	local visitor = {}
	function visitor:expression(e, place, parent)
		if e.k == "ternary" and known:isTrue(e.a) then
			become(e, { k = "binary", op = "or", a = { k = "binary", op = "and", a = e.cond, b = e.a }, b = e.b })
		elseif e.k == "binary" and e.op == "??" and known:isNeverFalse(e.a) then
			e.op = "or"
		elseif e.k == "method" and not e.nav and not e.navCall and e.o.k == "call" and not e.o.nav and e.o.f.k == "global"
			and e.o.f.v == "new" and #e.o.args == 1 and e.o.args[1].k == "string" and e.o.args[1].v == e.name then
			local args = { e.o.args[1] }
			for _, arg in ipairs(e.args) do
				args[#args + 1] = arg
			end
			become(e, { k = "call", f = e.o.f, args = args })
		elseif CHAIN[e.k] and place ~= "target" and place ~= "statement" and place ~= "prefix"
			and not (parent and CHAIN[parent.k] and (parent.o == e or parent.f == e)) then
			local link = navigated(e)
			-- A chain that ends in a further field stays: `x?.f.g` fails on a nil `x`, and `x and x.f.g` does not.
			local isWhole = link == e or e.k ~= "index"
			if link and isWhole and known:isNeverFalse(link.o) and not isSpread(e, parent) then
				link.nav = nil
				local chain = {}
				for key, value in pairs(e) do
					chain[key] = value
				end
				become(e, { k = "binary", op = "and", a = { k = "local", v = link.o.v, name = link.o.name }, b = chain })
			end
		end
	end
	walk.through(chunk, visitor)
end

-- Uses an `if` for a statement with `?.` and for `x = x or y`, and writes `if x ~= nil then` as `if x then` where `x` is never
-- false.
local function rewriteStatements(chunk, known)
	local visitor = {}
	function visitor:statement(s)
		local target = s.k == "assign" and #s.targets == 1 and s.targets[1] or s.k == "compound" and s.target
			or s.k == "call" and s.e
		local link = target and CHAIN[target.k] and navigated(target)
		local value = s.k == "assign" and #s.values == 1 and s.values[1]
		if link then
			link.nav = nil
			local inner = {}
			for key, field in pairs(s) do
				inner[key] = field
			end
			local cond = {
				k = "binary", op = "~=", a = { k = "local", v = link.o.v, name = link.o.name }, b = { k = "constant", text = "nil" },
			}
			become(s, { k = "if", first = s.first, last = s.last, clauses = { { cond = cond, body = { inner } } } })
		elseif value and target and target.k == "local" and value.k == "binary" and printer.isSamePath(target, value.a)
			and (value.op == "??" or value.op == "or" and known:isNeverFalse(target)) then
			local b = value.b
			if b.k == "unary" and b.op == "()" then
				b = b.a
			end
			local inner = { k = "assign", targets = s.targets, values = { b }, first = s.first, last = s.last }
			local cond = { k = "binary", op = "==", a = value.a, b = { k = "constant", text = "nil" } }
			become(s, { k = "if", first = s.first, last = s.last, clauses = { { cond = cond, body = { inner } } } })
		end
		if s.k == "if" then
			for _, clause in ipairs(s.clauses) do
				local c = clause.cond
				if c and c.k == "binary" and c.op == "~=" and c.a.k == "local" and isNil(c.b) and known:isNeverFalse(c.a) then
					clause.cond = c.a
				end
			end
		end
	end
	walk.through(chunk, visitor)
end

-- Conversions that need no knowledge of values: loops, compound assignments, local functions that do not call themselves, and
-- parentheses without effect.
local function rewriteForms(chunk)
	local uses, before = {}, {}
	local visitor = {}
	function visitor:expression(e, _, parent)
		-- Parentheses end what `?.` skips, so they stay in that case.
		local isBase = parent and CHAIN[parent.k] and (parent.o == e or parent.f == e)
		while e.k == "unary" and e.op == "()" and e.a.k ~= "call" and e.a.k ~= "method" and e.a.k ~= "vararg"
			and not (isBase and expressions.isSafe(e.a)) do
			become(e, e.a)
		end
		if e.k == "local" then
			uses[e.v] = (uses[e.v] or 0) + 1
		end
	end
	function visitor:statement(s)
		if s.k == "localfunction" then
			before[s] = uses[s.var] or 0
		elseif s.k == "function" then
			local e = s.target
			while e.k == "index" do
				e = e.o
			end
			uses[e.v] = (uses[e.v] or 0) + 1
		end
	end
	function visitor:after(s)
		if LOOPS[s.k] then
			replaceJumps(s)
			nestTails(s.body)
		elseif s.k == "compound" and printer.isPath(s.target) and not expressions.isSafe(s.target) then
			local value = { k = "binary", op = s.op, a = s.target, b = s.value }
			become(s, { k = "assign", targets = { s.target }, values = { value }, first = s.first, last = s.last })
		elseif s.k == "localfunction" and (uses[s.var] or 0) == before[s] then
			become(s, { k = "local", names = { s.var }, values = { { k = "function", f = s.f } }, first = s.first, last = s.last })
		end
	end
	walk.through(chunk, visitor)
end

---@param chunk table @of parser.parse, without `positions`; changed in place
---@return table @the same
function normalForm.of(chunk)
	local known = knowledgeModule.of(chunk)
	-- Most releases do not use the newer syntax at all.
	if chunk.isRecent then
		dropNeedlessNavigation(chunk, known)
	end
	rewriteStatements(chunk, known)
	if chunk.isRecent then
		rewriteExpressions(chunk, known)
	end
	rewriteForms(chunk)
	return chunk
end

-- This code runs only once: compiling it would cost more than running it.
jit.off(true, true)

return normalForm
