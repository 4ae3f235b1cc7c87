-- Operators: compound assignments, `??`, `?:`, `?.`, and the new names of old ones.

local editsModule = require("modernize.edits")
local knowledgeModule = require("pob.slice.knowledge")
local lexer = require("pob.slice.lexer")
local printer = require("pob.slice.printer")
local walk = require("pob.slice.walk")

local operators = {}

local COMPOUND = { ["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true, ["%"] = true, [".."] = true }

-- `x = x + y`
function operators.compound(text, chunk, edits)
	local visitor = {}
	function visitor:statement(s)
		local target, value = s.k == "assign" and #s.targets == 1 and s.targets[1], s.values and s.values[1]
		if not target or #s.values > 1 or value.k ~= "binary" or not COMPOUND[value.op] then
			return
		elseif not printer.isPath(target) or not printer.isSamePath(target, value.a) then
			return
		end
		local between = text:sub(target.to + 1, value.a.from - 1)
		local first, last = editsModule.operatorAt(text, value, value.op)
		if first and between:find("^%s*=%s*$") and text:sub(value.a.to + 1, first - 1):find("^%s*$") then
			local group = {}
			edits:replace(group, target.to + 1, last, " " .. value.op .. "=")
			edits:add("compound assignment", group)
		end
	end
	walk.through(chunk, visitor)
end

-- `if x == nil then x = y end`, where `x` is a variable.
function operators.defaults(text, chunk, edits)
	local visitor = {}
	function visitor:statement(s)
		local clause = s.k == "if" and #s.clauses == 1 and #s.clauses[1].body == 1 and s.clauses[1]
		local cond, inner = clause and clause.cond, clause and clause.body[1]
		if not clause or cond.k ~= "binary" or cond.op ~= "==" or cond.a.k ~= "local" or cond.b.text ~= "nil" then
			return
		elseif inner.k ~= "assign" or #inner.targets > 1 or #inner.values > 1
			or not printer.isSamePath(inner.targets[1], cond.a) then
			return
		end
		local value = inner.values[1]
		local needs = value.k == "ternary" or value.k == "function"
			or value.k == "binary" and (value.op == "or" or value.op == "and")
		local source = text:sub(inner.targets[1].to + 1, inner.last):gsub("^%s*=%s*", "")
		local name = cond.a.name
		local group = {}
		edits:replace(group, s.first, s.last, name .. " = " .. name .. " ?? " .. (needs and "(" .. source .. ")" or source))
		edits:add("?? for if", group)
	end
	walk.through(chunk, visitor)
end

-- `a or b`, where `a` is never false.
function operators.coalesce(text, chunk, edits)
	local known = knowledgeModule.of(chunk)
	local visitor = {}
	function visitor:expression(e)
		if e.k == "binary" and e.op == "or" and known:isNeverFalse(e.a) and not known:isTrue(e.a) then
			local first, last = editsModule.operatorAt(text, e, "or")
			if first then
				local group = {}
				edits:replace(group, first, last, "??")
				edits:add("?? for or", group)
			end
		end
	end
	walk.through(chunk, visitor)
end

local PLACES = { whole = true }

-- Whether an expression contains a colon that could be read as the one of `?:`.
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

-- `a and b or c`, where `b` is neither false nor nil.
function operators.conditional(text, chunk, edits)
	local known = knowledgeModule.of(chunk)
	local visitor = {}
	function visitor:expression(e, place)
		local both = e.k == "binary" and e.op == "or" and e.a
		if not both or both.k ~= "binary" or both.op ~= "and" or not known:isTrue(both.b) then
			return
		end
		local first, last = editsModule.operatorAt(text, both, "and")
		local first2, last2 = editsModule.operatorAt(text, e, "or")
		-- Parentheses around `a and b` would be split.
		if not first or not first2 or text:sub(both.to + 1, first2 - 1):find("%)") then
			return
		end
		local cond, a, b = text:sub(e.from, first - 1), text:sub(last + 1, first2 - 1), text:sub(last2 + 1, e.to)
		if cond:find("^%s*%(") and both.a.from > e.from and not text:sub(both.a.to + 1, first - 1):find("%)") then
			return
		end
		a = a:gsub("^%s+", ""):gsub("%s+$", "")
		a = hasColon(both.b) and "(" .. a .. ")" or a
		local made = cond:gsub("%s+$", "") .. " ? " .. a .. " : " .. b:gsub("^%s+", "")
		local group = {}
		edits:replace(group, e.from, e.to, PLACES[place] and made or "(" .. made .. ")")
		edits:add("?:", group)
	end
	walk.through(chunk, visitor)
end

-- Selects a share of numbers, the same ones in each run.
local function isChosen(number, share)
	return (number * 2654435761) % 4294967296 < 4294967296 * share
end

-- The share of possible field reads that become `?.`: the original uses it only here and there.
local SHARE = 0.1

-- Fields of variables that certainly have some, and statements that run only if a variable is not nil.
function operators.navigation(text, chunk, edits)
	local known = knowledgeModule.of(chunk)
	local scopes = { {} }
	local visitor = {}
	local function push()
		scopes[#scopes + 1] = setmetatable({}, { __index = scopes[#scopes] })
	end
	local function pop()
		scopes[#scopes] = nil
	end
	visitor.open, visitor.close, visitor.openFunction, visitor.closeFunction = push, pop, push, pop
	function visitor:after(s)
		if s.k == "label" then
			-- A jump to this label may have skipped the statements before it.
			scopes[#scopes] = setmetatable({}, { __index = scopes[#scopes - 1] })
		end
		known:hasFieldsAfter(s, function(variable)
			if not known:isAssigned(variable) then
				scopes[#scopes][variable] = true
			end
		end)
	end
	function visitor:expression(e, place)
		local dot = e.o and e.o.to + 1
		if (e.k == "index" or e.k == "method") and not e.nav and e.o.k == "local" and scopes[#scopes][e.o.v]
			and place ~= "target" and place ~= "name" and not (e.k == "method" and place == "middle") and isChosen(e.from, SHARE) then
			local char = text:sub(dot, dot)
			if char == "." or char == "[" or char == ":" then
				local group = {}
				edits:replace(group, dot, dot - 1, char == "." and "?" or "?.")
				edits:add("?. of what is not nil", group)
			end
		elseif e.k == "binary" and e.op == "and" and e.a.k == "local" and e.b.k == "index" and printer.isSamePath(e.a, e.b.o)
			and (known:isNeverFalse(e.a) or scopes[#scopes][e.a.v]) then
			local at = e.b.o.to + 1
			local char = text:sub(at, at)
			if editsModule.operatorAt(text, e, "and") and (char == "." or char == "[") then
				local group = {}
				edits:replace(group, e.a.from, at - 1, e.a.name .. (char == "." and "?" or "?."))
				edits:add("?. for and", group)
			end
		end
	end
	function visitor:statement(s)
		local clause = s.k == "if" and #s.clauses == 1 and #s.clauses[1].body == 1 and s.clauses[1]
		local cond, inner = clause and clause.cond, clause and clause.body[1]
		if not clause then
			return
		end
		local isTest = cond.k == "binary" and cond.op == "~=" and cond.a.k == "local" and cond.b.text == "nil"
		local variable = isTest and cond.a or cond.k == "local" and known:isNeverFalse(cond) and cond
		local e = inner.k == "assign" and #inner.targets == 1 and inner.targets[1] or inner.k == "compound" and inner.target
			or inner.k == "call" and inner.e
		local base = e and (e.o or e.f)
		if not variable or not base or not printer.isSamePath(base, variable) or e.nav then
			return
		end
		local at = base.to + 1
		local char = text:sub(at, at)
		if char ~= "." and char ~= "[" and char ~= ":" and char ~= "(" then
			return
		end
		local source = text:sub(inner.first, at - 1) .. (char == "." and "?" or "?.") .. text:sub(at, inner.last)
		local group = {}
		edits:replace(group, s.first, s.last, source)
		edits:add("?. for if", group)
	end
	walk.through(chunk, visitor)
end

local TOKENS = { ["~="] = "!=", ["and"] = "&&", ["or"] = "||", ["not"] = "!" }

-- Digits in groups of three, from the right.
local function grouped(digits)
	return (digits:reverse():gsub("(%d%d%d)", "%1_"):gsub("_$", ""):reverse())
end

---The text with `!=`, `&&`, `||`, `!` and separators in long numbers; how many of each.
function operators.tokens(text, counts)
	local lex = lexer.new(text, "chunk")
	local pieces, at = {}, 1
	local function put(first, last, by, name)
		pieces[#pieces + 1] = text:sub(at, first - 1)
		pieces[#pieces + 1] = by
		at = last + 1
		counts[name] = (counts[name] or 0) + 1
	end
	lex:next()
	while lex.kind ~= "eof" do
		local by = TOKENS[lex.kind]
		if by then
			local last = lex.kind == "not" and select(2, text:find("^[ \t]*", lex.last + 1)) or lex.last
			put(lex.first, last, by, by)
		elseif lex.kind == "number" and lex.digits:find("^%d%d%d%d%d+$") and text:sub(lex.first, lex.last) == lex.digits then
			put(lex.first, lex.last, grouped(lex.digits), "1_000")
		end
		lex:next()
	end
	pieces[#pieces + 1] = text:sub(at)
	return table.concat(pieces)
end

return operators
