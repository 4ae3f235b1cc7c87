-- Short functions, and constants.

local knowledgeModule = require("pob.slice.knowledge")
local walk = require("pob.slice.walk")

local functions = {}

-- The parameters of a function as written, and the byte after their parenthesis.
local function parametersOf(text, from)
	local first, inside, after = text:match("^function%s*()%(([^()]*)%)()", from)
	return first and not inside:find("%-%-") and inside, after
end

local PLACES = { whole = true }

-- Functions that only return an expression, and that are passed on.
function functions.short(text, chunk, edits)
	local visitor = {}
	function visitor:expression(e, place, parent)
		if e.k ~= "function" or e.f.isShort then
			return
		end
		local parameters, after = parametersOf(text, e.from)
		if not parameters then
			return
		end
		parameters = parameters:gsub("^%s+", ""):gsub("%s+$", "")
		local answer = #e.f.body == 1 and e.f.body[1].k == "return" and #e.f.body[1].values == 1 and e.f.body[1]
		local isOne = parameters:find("^[%a_][%w_]*$") and (e.from % 3 == 0)
		local head = (isOne and parameters or "|" .. parameters .. "|") .. " -> "
		local group = {}
		if answer then
			local value = text:sub(answer.first, answer.last):gsub("^return%s*", "")
			if text:sub(after, answer.first - 1):find("%S") or not text:sub(answer.last + 1, e.to):find("^%s*;?%s*end$") then
				return
			end
			local made = head .. value
			edits:replace(group, e.from, e.to, PLACES[place] and made or "(" .. made .. ")")
			edits:add("short function", group)
		elseif place == "whole" and (parent.k == "call" or parent.k == "method") then
			edits:replace(group, e.from, after - 1, head .. "do")
			edits:add("short function with a body", group)
		end
	end
	walk.through(chunk, visitor)
end

local function isUsed(f, variable)
	local answer = false
	local visitor = {}
	function visitor:expression(e)
		answer = answer or e.k == "local" and e.v == variable
	end
	walk.through(f, visitor)
	return answer
end

-- `local function f(x) return e end`
function functions.named(text, chunk, edits)
	local visitor = {}
	function visitor:statement(s)
		local only = s.k == "localfunction" and #s.f.body == 1 and s.f.body[1]
		local answer = only and only.k == "return" and #only.values == 1 and only
		if not answer or isUsed(s.f, s.var) then
			return
		end
		local parameters, after = text:match("^local%s+function%s+[%w_]+%s*%(([^()]*)%)()", s.first)
		if not parameters or parameters:find("%-%-") or text:sub(after, answer.first - 1):find("%S") then
			return
		end
		local rest = text:sub(answer.last + 1, s.last)
		if not rest:find("^%s*;?%s*end$") then
			return
		end
		-- The code after the function must not continue the expression.
		if text:find("^%s*%(", s.last + 1) then
			return
		end
		local value = text:sub(answer.first, answer.last):gsub("^return%s*", "")
		local group = {}
		edits:replace(group, s.first, s.last, "local " .. s.var.name .. " = |" .. parameters .. "| -> " .. value)
		edits:add("short function", group)
	end
	walk.through(chunk, visitor)
end

-- Variables that keep their first value.
function functions.constants(text, chunk, edits)
	local known = knowledgeModule.of(chunk)
	local visitor = {}
	function visitor:statement(s)
		local isConstant = not s.isConst and (s.k == "local" and #s.values > 0 or s.k == "localfunction")
		for _, variable in ipairs(s.k == "local" and s.names or s.k == "localfunction" and { s.var } or {}) do
			isConstant = isConstant and known:isConstant(variable)
		end
		if isConstant then
			local group = {}
			edits:replace(group, s.first, s.first + 4, "const")
			edits:add("const", group)
		end
	end
	walk.through(chunk, visitor)
end

return functions
