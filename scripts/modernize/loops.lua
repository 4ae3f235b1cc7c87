-- `continue` where a loop's body ends with a label that jumps refer to, and where an `if` without `else` is the last statement
-- of the body.

local walk = require("pob.slice.walk")

local loops = {}

local LOOPS = { ["for"] = true, ["in"] = true, ["while"] = true }

-- Jumps to `name` from the loop `s` itself: { statement, isLast }; and whether all of them can become `continue`.
local function jumpsTo(s, name)
	local found, isAll = {}, true
	local depth, inner = 0, 0
	local visitor = {}
	function visitor:statement(other, list, i)
		if other.k == "goto" and other.name == name then
			if inner > 0 or depth > 0 or i < #list then
				isAll = false
			else
				found[#found + 1] = other
			end
		end
		inner = inner + ((LOOPS[other.k] or other.k == "repeat") and 1 or 0)
	end
	function visitor:after(other)
		inner = inner - ((LOOPS[other.k] or other.k == "repeat") and 1 or 0)
	end
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	depth = -1
	walk.through({ params = {}, body = s.body }, visitor)
	return found, isAll
end

---@param text string
---@param chunk table
---@param edits table
function loops.jumps(text, chunk, edits)
	local visitor = {}
	function visitor:statement(s)
		local label = LOOPS[s.k] and s.body[#s.body]
		if not label or label.k ~= "label" then
			return
		end
		local jumps, isAll = jumpsTo(s, label.name)
		for _, jump in ipairs(jumps) do
			isAll = isAll and not text:find("^%s*;", jump.last + 1)
		end
		if isAll and #jumps > 0 then
			local group = {}
			for _, jump in ipairs(jumps) do
				edits:replace(group, jump.first, jump.last, "continue")
			end
			edits:replace(group, label.first, label.last, "")
			edits:add("continue for goto", group)
		end
	end
	walk.through(chunk, visitor)
end

local function hasLabels(list)
	local answer = false
	local visitor = {}
	function visitor:statement(s)
		answer = answer or s.k == "label" or s.k == "goto"
	end
	walk.through({ params = {}, body = list }, visitor)
	return answer
end

-- The text of the negation of `e`.
local function negated(text, e)
	local source = text:sub(e.from, e.to)
	if e.k == "binary" and (e.op == "==" or e.op == "~=") then
		local between = text:sub(e.a.to + 1, e.b.from - 1)
		local first, last = between:find("[=~]=")
		local at = e.a.to + first
		if not between:find("%-%-") and not between:find("[=~]=", last + 1) then
			return text:sub(e.from, at - 1) .. (e.op == "==" and "~=" or "==") .. text:sub(at + 2, e.to)
		end
	elseif e.k == "unary" and e.op == "not" and (e.a.k == "local" or e.a.k == "global" or e.a.k == "index") then
		return text:sub(e.a.from, e.a.to)
	end
	return "not (" .. source .. ")"
end

---@param text string
---@param chunk table
---@param edits table
function loops.tails(text, chunk, edits)
	local visitor = {}
	function visitor:statement(s)
		local tail = LOOPS[s.k] and s.body[#s.body]
		if not tail or tail.k ~= "if" or #tail.clauses > 1 or #tail.clauses[1].body < 2 or hasLabels(s.body) then
			return
		end
		local clause = tail.clauses[1]
		local first = clause.body[1].first
		-- Up to the word `then`, over any parentheses and comments.
		local after = text:sub(clause.cond.to + 1, first - 1)
		local _, thenEnd = after:find("^[%s%)]*then")
		if not thenEnd then
			return
		end
		local group = {}
		edits:replace(group, tail.first, clause.cond.to + thenEnd, "if " .. negated(text, clause.cond) .. " then continue end")
		edits:replace(group, tail.last - 2, tail.last, "")
		edits:add("continue for if", group)
	end
	walk.through(chunk, visitor)
end

return loops
