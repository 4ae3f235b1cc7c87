-- The text of a module with some of its statements left out. Lines stay where they are, so that line numbers in messages
-- keep their meaning.

local expressions = require("pob.slice.expressions")
local printer = require("pob.slice.printer")

local emitter = {}

local function lineEnds(text, first, last)
	local _, count = text:sub(first, last):gsub("\n", "")
	return ("\n"):rep(count)
end

local function isLive(s, live)
	if s.isBody then
		-- The value that a short function returns.
		return true
	end
	for _, unit in ipairs(s.units) do
		if live[unit] then
			return true
		end
	end
	return false
end

-- The bodies nested in `s`, in source order.
local function parts(s)
	local list = {}
	local function add(body)
		if body[1] then
			list[#list + 1] = body
		end
	end
	for _, f in ipairs(s.inner) do
		add(f.body)
	end
	for _, clause in ipairs(s.clauses or {}) do
		add(clause.body)
	end
	add(s.body or {})
	-- Functions in a condition come before the bodies, except in the condition of `repeat`, which comes after.
	table.sort(list, function(a, b)
		return a[1].first < b[1].first
	end)
	return list
end

-- Collects replacements, none of which overlap, and applies them.
local function editor(text)
	local list = {}
	return function(first, last, by)
		list[#list + 1] = { first = first, last = last, by = by, place = #list }
	end, function()
		table.sort(list, function(a, b)
			if a.first ~= b.first then
				return a.first < b.first
			end
			return a.place < b.place
		end)
		local pieces, at = {}, 1
		for _, edit in ipairs(list) do
			pieces[#pieces + 1] = text:sub(at, edit.first - 1)
			pieces[#pieces + 1] = edit.by
			at = edit.last + 1
		end
		pieces[#pieces + 1] = text:sub(at)
		return table.concat(pieces)
	end
end

-- Whether `e` cannot be replaced with a call: because it is assigned to, or because the chain ends where a part of it is
-- nil.
local function staysInPlace(e)
	return e.isTarget or expressions.isSafe(e)
end

---Whether a read of a field with a name in brackets can be watched. If it stays in place, its base is evaluated twice.
function emitter.canWatch(e)
	return not staysInPlace(e) or printer.isPath(e.o)
end

-- `output[name]` becomes a call that watches the read, or a call is inserted around its name.
local function watch(e, replace)
	if staysInPlace(e) then
		replace(e.open + 1, e.open, "__pobatch.watch(" .. printer.expression(e.o) .. ", ")
		replace(e.last, e.last - 1, ")")
	else
		-- The space keeps the call apart from a preceding word that the parenthesis used to end.
		replace(e.first, e.first - 1, " __pobatch.read(")
		replace(e.open, e.open, ",")
		replace(e.last, e.last, ")")
	end
end

-- Reads in source order, so that an outer one comes before the ones inside its brackets.
local function sorted(reads)
	local list = {}
	for _, e in pairs(reads or {}) do
		list[#list + 1] = e
	end
	table.sort(list, function(a, b)
		return a.open < b.open
	end)
	return list
end

---A module without the statements that liveness.lua found to be dead.
---@param file table @of effects.lua
---@param found table @of liveness.lua
---@return string
function emitter.sliced(file, found)
	local text, live = file.text, found.units
	local replace, finish = editor(text)
	local function leaveOut(first, last, kept)
		if last >= first then
			replace(first, last, " " .. (kept or "") .. lineEnds(text, first, last))
		end
	end
	local function visit(body)
		for i, s in ipairs(body) do
			if s.k == "do" then
				visit(s.body)
			elseif s.k == "label" then
				-- Jumps to it may be kept.
			elseif not isLive(s, live) then
				-- Variables stay declared: other statements may still write them, and another variable of the same name may be in
				-- scope.
				if s.k == "local" then
					leaveOut(s.namesEnd + 1, s.last)
				elseif s.k == "localfunction" then
					leaveOut(s.first, s.last, (s.isConst and "const " or "local ") .. s.var.name)
				else
					-- The next statement starts with a parenthesis, which would continue whatever precedes it.
					leaveOut(s.first, s.last, body[i + 1] and body[i + 1].startsOpen and ";" or nil)
				end
			else
				for _, read in ipairs(sorted(s.reads)) do
					watch(read, replace)
				end
				for _, part in ipairs(parts(s)) do
					visit(part)
				end
			end
		end
	end
	visit(file.chunk.body)
	return finish()
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return emitter
