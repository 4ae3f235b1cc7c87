-- Copies of functions in the parser's tree, used to analyze a single call of a function on its own.

local isFalse = require("pob.slice.vocabulary").isFalse

local copies = {}

-- The value of `...` when no more arguments are passed.
local NOTHING = { k = "constant" }

-- A deep copy of a part of the tree. `made` maps originals to their copies and comes prefilled with the variables that get
-- a replacement. Copied statements refer to their original.
local function copy(part, made)
	if made[part] then
		return made[part]
	elseif part.k == "vararg" and made.vararg then
		return made.vararg
	end
	local result = {}
	made[part] = result
	for key, value in pairs(part) do
		if key == "v" and type(value) == "table" then
			-- Variables declared outside are not copied.
			result.v = made[value] or value
		elseif key == "body" and part.cond and part.k ~= "repeat" and isFalse(part.cond) then
			-- This branch never runs, so its body is not needed.
			result.body = {}
		elseif key ~= "units" then
			result[key] = type(value) == "table" and copy(value, made) or value
		end
	end
	if part.first and part.k ~= "table" then
		result.original = part
	end
	return result
end

-- Makes a new variable for each one that is declared in `body`.
local function renew(body, made)
	for _, s in ipairs(body) do
		for _, variable in ipairs(s.names or {}) do
			made[variable] = { name = variable.name }
		end
		if s.k == "localfunction" then
			made[s.var] = { name = s.var.name }
		end
		for _, clause in ipairs(s.clauses or {}) do
			renew(clause.body, made)
		end
		renew(s.body or {}, made)
	end
end

---A copy of a function with its own variables, and with `args` in place of `...` if there is at most one of these.
---@param f table @function that contains no other functions
---@param args table @list of expressions
function copies.of(f, args)
	local made = {}
	local result = { params = {}, isVararg = false }
	for i, parameter in ipairs(f.params) do
		result.params[i] = { name = parameter.name }
		made[parameter] = result.params[i]
	end
	local last = args[#args]
	local isOpen = last and (last.k == "call" or last.k == "method" or last.k == "vararg")
	made.vararg = #args <= #f.params + 1 and args[#f.params + 1] or not isOpen and #args <= #f.params and NOTHING or nil
	renew(f.body, made)
	result.body = copy(f.body, made)
	return result
end

---The number of statements in a body, not counting those that never run.
function copies.countStatements(body)
	local count = 0
	for _, s in ipairs(body) do
		count = count + 1 + copies.countStatements(s.body or {})
		for _, clause in ipairs(s.clauses or {}) do
			if not (clause.cond and isFalse(clause.cond)) then
				count = count + copies.countStatements(clause.body)
			end
		end
	end
	return count
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return copies
