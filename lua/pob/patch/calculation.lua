-- The conditions on all modules of Path of Building's calculation together that allow rows to share work: how the modules read
-- the tree, and what outlives a calculation. Both are derived from the text of the checkout, statement by statement.
--
-- Rows differ from each other in their nodes. What is kept from row to row (environment/, memo/) accounts for each way in
-- which a calculation reads the tree: as nodes, through counters, and through queries of modifier stores, which are recorded
-- as they are made. So every statement that names a part of the tree, a variable derived from it, or the inside of a modifier
-- store must have a form that is accounted for (pob.versions.tree_reads). A changed or new statement has another form. All
-- other code of a calculation may change: it runs as it is.
--
-- A statement's form is its normal form (normal_form.lua) with variables numbered in order of appearance. For a statement
-- with a body, only its conditions or values count.

local printer = require("pob.slice.printer")
local source = require("pob.patch.source")
local walk = require("pob.slice.walk")

local calculation = {}

-- Modules/Calcs.lua and what it loads.
calculation.MODULES = {
	"Modules/Calcs.lua", "Modules/CalcSetup.lua", "Modules/CalcPerform.lua", "Modules/CalcActiveSkill.lua",
	"Modules/CalcDefence.lua", "Modules/CalcOffence.lua", "Modules/CalcTriggers.lua", "Modules/CalcMirages.lua",
}
-- Reads the tree's modifiers on behalf of all of them.
local TOOLS = "Modules/CalcTools.lua"

calculation.isPart = { [TOOLS] = true }
for _, path in ipairs(calculation.MODULES) do
	calculation.isPart[path] = true
end

-- Fields that lead into a tree, and fields that only nodes have.
local TREE = {}
for name in ([[
	spec treeTab allocNodes nodes tree jewels hashOverrides masterySelections curClassId curClassName curAscendClassId
	curAscendClassName treeVersion allocMode finalModList conqueredBy grantedSkills nodeId allocatedNotableCount
	allocatedKeystoneCount allocatedMasteryCount allocatedMasteryTypeCount allocatedMasteryTypes
	allocatedSmithBodyArmourNodeCount
]]):gmatch("%S+") do
	TREE[name] = true
end

-- Fields that expose the inside of a modifier store.
local STORE = { mods = true }
-- Names of lists of modifiers, which code can iterate over without a query.
local LISTS = { "[mM]odList$", "[mM]odDB$" }

local function nameOf(e)
	return e.k == "index" and e.key.k == "string" and e.key.v or (e.k == "local" or e.k == "global") and e.name or ""
end

local function isList(e)
	local name = nameOf(e)
	for _, pattern in ipairs(LISTS) do
		if name:find(pattern) then
			return true
		end
	end
	return false
end

-- Whether a list of modifiers is iterated over, counted, or indexed.
local function isRawRead(e)
	if e.k == "call" and (e.f.k == "global" or e.f.k == "local") then
		local name = e.f.name
		return (name == "pairs" or name == "ipairs" or name == "next") and e.args[1] ~= nil and isList(e.args[1])
	elseif e.k == "unary" and e.op == "#" then
		return isList(e.a)
	end
	return e.k == "index" and e.key.k ~= "string" and isList(e.o)
end

local function each(list, visit)
	for _, e in ipairs(list) do
		visit(e)
	end
end

-- Calls `visit` with an expression and everything in it except the bodies of functions. `parent` is the enclosing expression.
local function through(e, visit, parent)
	visit(e, parent)
	local function inner(part)
		through(part, visit, e)
	end
	local k = e.k
	if k == "index" then
		inner(e.o)
		inner(e.key)
	elseif k == "call" then
		inner(e.f)
		each(e.args, inner)
	elseif k == "method" then
		inner(e.o)
		each(e.args, inner)
	elseif k == "binary" then
		inner(e.a)
		inner(e.b)
	elseif k == "unary" then
		inner(e.a)
	elseif k == "ternary" then
		inner(e.cond)
		inner(e.a)
		inner(e.b)
	elseif k == "table" then
		for _, item in ipairs(e.items) do
			if item.key then
				inner(item.key)
			end
			inner(item.value)
		end
	end
end

-- The expressions of a statement, without those of its body.
local function headOf(s)
	local k = s.k
	if k == "assign" then
		local list = {}
		each(s.targets, function(e)
			list[#list + 1] = e
		end)
		each(s.values, function(e)
			list[#list + 1] = e
		end)
		return list
	elseif k == "compound" then
		return { s.target, s.value }
	elseif k == "call" then
		return { s.e }
	elseif k == "while" or k == "repeat" then
		return { s.cond }
	elseif k == "if" then
		local list = {}
		for _, clause in ipairs(s.clauses) do
			list[#list + 1] = clause.cond
		end
		return list
	end
	return s.values or {}
end

local function numbering()
	local count = 0
	return {
		plain = true, numbered = true,
		outer = function(printing, variable)
			count = count + 1
			printing.names[variable] = "_" .. count
			return printing.names[variable]
		end,
	}
end

---What identifies a statement: its form, and the text whose hash the form is. The statement's body does not count.
---@param path string @of its module
---@param s table
---@return string @16 hexadecimal digits
---@return string
function calculation.formOf(path, s)
	local text = path .. ": " .. s.k .. " " .. printer.expressions(headOf(s), numbering())
	return source.hash(text), text
end

-- Whether a value is part of the tree, given which expressions are.
local function isPartOf(e, isOfTree)
	local k = e.k
	if k == "index" then
		return isOfTree(e) or isPartOf(e.o, isOfTree)
	elseif k == "local" then
		return isOfTree(e)
	elseif k == "binary" then
		return (e.op == "and" or e.op == "or" or e.op == "??") and (isPartOf(e.a, isOfTree) or isPartOf(e.b, isOfTree))
	elseif k == "ternary" then
		return isPartOf(e.a, isOfTree) or isPartOf(e.b, isOfTree)
	elseif k == "unary" then
		return e.op == "()" and isPartOf(e.a, isOfTree)
	elseif k == "call" then
		return e.f.name == "copyTable" and e.args[1] ~= nil and isPartOf(e.args[1], isOfTree)
	end
	return false
end

-- The variables that hold a part of the tree.
local function variablesOf(chunk)
	local ofTree = {}
	local function isOfTree(e)
		return e.k == "local" and ofTree[e.v] or e.k == "index" and e.key.k == "string" and TREE[e.key.v] or false
	end
	local isNew
	local function take(variable)
		isNew = isNew or not ofTree[variable]
		ofTree[variable] = true
	end
	local found, visitor = {}, {}
	function visitor:statement(s)
		if s.k == "in" or (s.k == "local" or s.k == "assign") and s.values[1] then
			found[#found + 1] = s
		end
	end
	walk.through(chunk, visitor)
	repeat
		isNew = false
		for _, s in ipairs(found) do
			if s.k == "in" then
				local call = s.values[1]
				local over = call.k == "call" and call.args[1]
				if over and isPartOf(over, isOfTree) then
					each(s.names, take)
				end
			else
				for i, target in ipairs(s.names or s.targets) do
					local variable = s.names and target or target.k == "local" and target.v
					if variable and s.values[i] and isPartOf(s.values[i], isOfTree) then
						take(variable)
					end
				end
			end
		end
	until not isNew
	return ofTree
end

---The forms of the statements by which a module reads the tree or the inside of a modifier store.
---@param module table @of module_tree.lua
---@return table @list of { form = 16 hexadecimal digits, text, at = its first byte }
function calculation.treeReads(module)
	local ofTree = variablesOf(module.chunk)
	local found, seen = {}, {}
	local visitor = {}
	function visitor:statement(s)
		local head, reads = headOf(s), false
		for _, e in ipairs(head) do
			through(e, function(part, parent)
				local key = part.k == "index" and part.key.k == "string" and part.key.v
				reads = reads or part.k == "local" and ofTree[part.v] or key and TREE[key]
					or key and STORE[key] and not (parent and parent.k == "call" and parent.f == part) or isRawRead(part)
			end)
		end
		if reads then
			local form, text = calculation.formOf(module.path, s)
			if not seen[form] then
				seen[form] = true
				found[#found + 1] = { form = form, text = text, at = s.first or 1 }
			end
		end
	end
	walk.through(module.chunk, visitor)
	return found
end

local function rootOf(e)
	while e.k == "index" or e.k == "unary" and e.op == "()" do
		e = e.o or e.a
	end
	return e
end

-- Functions that change their first argument.
local CHANGES = { t_insert = true, t_remove = true, t_sort = true, wipeTable = true, mergeDB = true, ["table.insert"] = true }

---What a module keeps from one calculation to the next: globals that its functions assign, and variables at its top level that
---they change. Counted by the declared value, for example "{ }" -> how many.
---@param module table
---@return table
function calculation.state(module)
	local depth, levels, changed, aliases = 0, {}, {}, {}
	local visitor = {}
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	function visitor:declare(variable)
		levels[variable] = depth
	end
	local state = {}
	-- `isInside`: the table that the variable holds changes, not the variable itself.
	local function change(e, isInside)
		local root = rootOf(e)
		if e.k == "global" and not isInside and depth > 1 then
			state["the global " .. e.v] = 1
		end
		-- A local variable of a function may be an alias of the table.
		local variable = root.k == "local" and ((isInside or root ~= e) and aliases[root.v] or root.v)
		if variable and levels[variable] == 1 and depth > 1 then
			changed[variable] = true
		end
	end
	function visitor:after(s)
		for i, variable in ipairs(s.k == "local" and s.names or {}) do
			local root = s.values[i] and rootOf(s.values[i])
			aliases[variable] = root and root.k == "local" and (aliases[root.v] or root.v) or nil
		end
	end
	function visitor:statement(s)
		if s.k == "assign" then
			for _, target in ipairs(s.targets) do
				change(target)
			end
		elseif s.k == "compound" then
			change(s.target)
		elseif s.k == "function" then
			change(s.target)
		end
	end
	function visitor:expression(e)
		if e.k == "call" and e.args[1] then
			local name = e.f.k == "index" and nameOf(e.f.o) .. "." .. nameOf(e.f) or nameOf(e.f)
			if CHANGES[name] then
				change(e.args[1], true)
			end
		elseif e.k == "method" and e.o.k == "local" and e.name:find("^Add") then
			change(e.o, true)
		end
	end
	walk.through(module.chunk, visitor)
	for variable in pairs(changed) do
		local statement = module.known[variable].statement
		local text = "a parameter"
		for i, name in ipairs(statement and statement.names or {}) do
			if name == variable then
				local value = statement.values[i]
				text = value and printer.expression(value, numbering()) or "nothing"
			end
		end
		state[text] = (state[text] or 0) + 1
	end
	return state
end

-- This code runs only once: compiling it would cost more than running it.
jit.off(true, true)

return calculation
