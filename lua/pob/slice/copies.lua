-- Copies of functions, as the parser answers them, to look at one call of a function alone.

local isFalse = require("pob.slice.vocabulary").isFalse

local copies = {}

-- What `...` is where no more arguments are given.
local NOTHING = { k = "constant" }

-- A copy of a part of the program. `made`: what stands for what, filled with the variables that get another. Statements
-- know their original.
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
			-- Of those from outside there is one.
			result.v = made[value] or value
		elseif key == "body" and part.cond and part.k ~= "repeat" and isFalse(part.cond) then
			-- It has no use for what never runs.
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

-- Another variable for each that is declared in `body`.
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

---A function with variables of its own, and with `args` in the place of `...`, if that is one at most.
---@param f table @function without functions in it
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

---How many statements a body has, without those that never run.
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

-- It runs once or a few times: compiled, it would cost more than it does.
jit.off(true, true)

return copies
