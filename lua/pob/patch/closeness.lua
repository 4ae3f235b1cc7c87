-- How close a function is to a known one: which of its statements no known form has, and where they are. A part whose function
-- is close can be certified (certification.lua): rows of many builds then have to run all of these statements.

local calculation = require("pob.patch.calculation")
local knownStatements = require("pob.versions.statements")
local walk = require("pob.slice.walk")

local closeness = {}

-- A function is close if it shares at least one statement with a known one and has no more new statements than shared ones.
-- This many new statements are always allowed, however short the function is.
local FEW = 2
-- Hexadecimal digits of a statement's form that are kept.
local DIGITS = 8

---The statements of a function and of the local functions that it calls, in order.
---@param module table @of module_tree.lua
---@param f table @a function of it
---@return table @list of { form, at = first byte; nil: the statement is not in the module's own text }
function closeness.statementsOf(module, f)
	local list, isSeen = {}, {}
	local function take(inner)
		if isSeen[inner] then
			return
		end
		isSeen[inner] = true
		local visitor, called = {}, {}
		-- Functions nested in this one are visited together with it.
		function visitor:openFunction(within)
			isSeen[within] = true
		end
		function visitor:statement(s)
			list[#list + 1] = { form = calculation.formOf(module.path, s):sub(1, DIGITS), at = s.first }
		end
		function visitor:expression(e)
			called[#called + 1] = e.k == "local" and module:functionOf(e.v) or nil
		end
		walk.through({ params = {}, body = inner.body }, visitor)
		for _, callee in ipairs(called) do
			take(callee)
		end
	end
	take(f)
	return list
end

local function countOf(forms)
	local count = {}
	for _, form in ipairs(forms) do
		count[form] = (count[form] or 0) + 1
	end
	return count
end

-- The statements that are not among the forms, and how many of the forms are not among the statements.
local function difference(statements, forms)
	local left, gained, lost = countOf(forms), {}, #forms
	for _, s in ipairs(statements) do
		if (left[s.form] or 0) > 0 then
			left[s.form], lost = left[s.form] - 1, lost - 1
		else
			gained[#gained + 1] = s
		end
	end
	return gained, lost
end

---@param module table
---@param name string @of the function
---@param f table
---@return table|nil @places of the statements that have to be run, a list of { line, column }
---@return string|nil @why it is not close
function closeness.of(module, name, f)
	local known = knownStatements[module.path] and knownStatements[module.path][name]
	local statements = closeness.statementsOf(module, f)
	local gained, lost
	for _, text in pairs(known or {}) do
		local forms = {}
		for form in text:gmatch("%x+") do
			forms[#forms + 1] = form
		end
		local newOnes, oldOnes = difference(statements, forms)
		if not gained or #newOnes + oldOnes < #gained + lost then
			gained, lost = newOnes, oldOnes
		end
	end
	local shared = gained and #statements - #gained or 0
	if shared < 1 or #gained > shared and #gained > FEW then
		return nil, "another function than those that are known"
	end
	-- No new statement, yet another function: statements were removed or moved, or the same words now mean something else. Then
	-- all statements have to be run; likewise if more statements were removed than added.
	if #gained == 0 or lost > #gained then
		gained = statements
	end
	local points = {}
	for i, s in ipairs(gained) do
		if not s.at then
			return nil, "a statement whose place is not known"
		end
		local line, column = module:placeOf(s.at)
		points[i] = { line = line, column = column }
	end
	return points
end

-- This code runs only once: compiling it would cost more than running it.
jit.off(true, true)

return closeness
