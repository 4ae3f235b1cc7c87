-- Changes of a module's meaning, each at one place, such as an update of Path of Building might bring.

local edits = require("modernize.edits")
local parser = require("pob.slice.parser")
local walk = require("pob.slice.walk")

local mutations = {}

local COMPARISONS = { ["<"] = "<=", ["<="] = "<", [">"] = ">=", [">="] = ">", ["=="] = "~=", ["~="] = "==" }
local ARITHMETIC = { ["+"] = "-", ["-"] = "+", ["*"] = "/", ["/"] = "*" }
local ROUNDING = { m_floor = "m_ceil", m_ceil = "m_floor", m_max = "m_min", m_min = "m_max", round = "m_floor" }

---All known changes of a module: list of { kind, first, last, by, line, at }. `at` is the place, { line, column }, of the
---innermost statement around the change: a mark there shows whether it is run.
---@param path string
---@param text string
function mutations.of(path, text)
	local chunk = parser.parse(text, path, true)
	local list = {}
	-- Only inside functions: a change of what runs while a module loads shows at the start.
	local depth = 0
	-- The enclosing statements, innermost last; false for a statement without text of its own.
	local statements = {}
	local lineStarts = { 1 }
	for at in text:gmatch("\n()") do
		lineStarts[#lineStarts + 1] = at
	end
	local function placeOf(byte)
		local low, high = 1, #lineStarts
		while low < high do
			local middle = math.ceil((low + high) / 2)
			if lineStarts[middle] <= byte then
				low = middle
			else
				high = middle - 1
			end
		end
		return { line = low, column = byte - lineStarts[low] + 1 }
	end
	local function around()
		for i = #statements, 1, -1 do
			if statements[i] then
				return placeOf(statements[i])
			end
		end
	end
	local function add(kind, first, last, by)
		if depth > 1 and first then
			list[#list + 1] = { kind = kind, first = first, last = last, by = by, line = placeOf(first).line, at = around() }
		end
	end
	local visitor = {}
	function visitor:openFunction()
		depth = depth + 1
	end
	function visitor:closeFunction()
		depth = depth - 1
	end
	function visitor:expression(e, place)
		if e.k == "constant" and e.v and e.from then
			add("another constant", e.from, e.to, ("%.17g"):format(e.v == 0 and 1 or e.v + 1))
		elseif e.k == "binary" and COMPARISONS[e.op] then
			local first, last = edits.operatorAt(text, e, e.op)
			add("another comparison", first, last, COMPARISONS[e.op])
		elseif e.k == "binary" and ARITHMETIC[e.op] then
			local first, last = edits.operatorAt(text, e, e.op)
			add("another operator", first, last, ARITHMETIC[e.op])
		elseif e.k == "binary" and (e.op == "and" or e.op == "or") then
			local first, last = edits.operatorAt(text, e, e.op)
			add("and for or", first, last, e.op == "and" and "or" or "and")
		elseif e.k == "call" and e.f.k == "local" and ROUNDING[e.f.name] then
			add("another rounding", e.f.from, e.f.to, ROUNDING[e.f.name])
		elseif e.k == "method" then
			for _, arg in ipairs(e.args) do
				if arg.k == "string" and arg.v:find("^%u%w+$") then
					add("another name of a modifier", arg.from, arg.to, '"' .. arg.v .. 'Other"')
				end
			end
		elseif e.k == "string" and place ~= "target" and e.from and e.v:find("^%u%l+%u") then
			add("another text", e.from, e.to, '"' .. e.v .. 'Other"')
		end
	end
	function visitor:after()
		statements[#statements] = nil
	end
	function visitor:statement(s)
		statements[#statements + 1] = s.first or false
		if s.k == "if" and s.clauses[1].cond.from then
			local cond = s.clauses[1].cond
			-- Parentheses around the condition are not part of it.
			local before = text:sub(s.first, cond.from - 1)
			if before:find("^if%s+$") and text:sub(cond.to + 1):find("^%s+then") then
				add("a condition inverted", cond.from, cond.to, "not (" .. text:sub(cond.from, cond.to) .. ")")
			end
		elseif s.k == "if" then
			return
		elseif s.k == "assign" and #s.targets == 1 and s.targets[1].k == "index" then
			add("a statement left out", s.first, s.last, "do end")
		elseif s.k == "call" and s.first then
			add("a statement left out", s.first, s.last, "do end")
		end
	end
	walk.through(chunk, visitor)
	return list
end

return mutations
