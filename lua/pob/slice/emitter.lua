-- The text of a module with some of its statements left out, or with marks of what runs. Lines stay where they are: line
-- numbers in messages keep their meaning.

local vocabulary = require("pob.slice.vocabulary")

local emitter = {}

local function lineEnds(text, first, last)
	local _, count = text:sub(first, last):gsub("\n", "")
	return ("\n"):rep(count)
end

local function isLive(s, live)
	for _, unit in ipairs(s.units) do
		if live[unit] then
			return true
		end
	end
	return false
end

-- The statements within `s`: list of { body, id = of the clause, or nil }, in the order of the text.
local function parts(s)
	local list = {}
	for _, f in ipairs(s.inner) do
		list[#list + 1] = { body = f.body }
	end
	for _, clause in ipairs(s.clauses or {}) do
		list[#list + 1] = { body = clause.body, id = clause.id }
	end
	if s.body then
		list[#list + 1] = { body = s.body, id = s.id }
	end
	for i = #list, 1, -1 do
		if not list[i].body[1] then
			table.remove(list, i)
		end
	end
	-- Functions in a condition stand before the bodies, in that of `repeat` behind it.
	table.sort(list, function(a, b)
		return a.body[1].first < b.body[1].first
	end)
	return list
end

-- Applies replacements that come in the order of the text.
local function editor(text)
	local pieces, at = {}, 1
	return function(first, last, by)
		pieces[#pieces + 1] = text:sub(at, first - 1)
		pieces[#pieces + 1] = by
		at = last + 1
	end, function()
		pieces[#pieces + 1] = text:sub(at)
		return table.concat(pieces)
	end
end

---A module that says which of its clauses run: it sets __pobatch.ran[number].
---@param file table @of facts.lua
---@return string
function emitter.marked(file)
	local replace, finish = editor(file.text)
	local function visit(body)
		for _, s in ipairs(body) do
			if s.k == "do" then
				visit(s.body)
			elseif s.k ~= "label" then
				for _, part in ipairs(parts(s)) do
					if part.id then
						replace(part.body[1].first, part.body[1].first - 1, "__pobatch.ran[" .. part.id .. "]=true ")
					end
					visit(part.body)
				end
			end
		end
	end
	visit(file.chunk.body)
	return finish()
end

---A module without the statements that liveness.lua found no use for.
---@param file table @of facts.lua
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
		for _, s in ipairs(body) do
			if s.k == "do" then
				visit(s.body)
			elseif s.k == "label" then
				-- Jumps to it may be kept.
			elseif not isLive(s, live) then
				-- Variables stay declared: another statement may still write them, and inner blocks may have others by the name.
				if s.k == "local" then
					leaveOut(s.namesEnd + 1, s.last)
				elseif s.k == "localfunction" then
					leaveOut(s.first, s.last, "local " .. s.var.name)
				else
					leaveOut(s.first, s.last)
				end
			else
				-- Reads of what is not there are watched in outputs.
				local value = s.k == "assign" and s.targets and s.values[1]
				local isOutput = value and vocabulary.isOutput(s.targets[1])
				if isOutput then
					replace(value.first, value.first - 1, "__pobatch.watchOutput(")
				end
				for _, part in ipairs(parts(s)) do
					if part.id and found.traps[part.id] then
						leaveOut(part.body[1].first, part.body[#part.body].last, "__pobatch.trap()")
					else
						visit(part.body)
					end
				end
				if isOutput then
					replace(value.last + 1, value.last, ")")
				end
			end
		end
	end
	visit(file.chunk.body)
	return finish()
end

-- It runs once or a few times: compiled, it would cost more than it does.
jit.off(true, true)

return emitter
