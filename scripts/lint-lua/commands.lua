-- The part of the Lua linter that needs a parser.
local parser = require("pob.slice.parser")
local walk = require("pob.slice.walk")

local KNOWN = {}
for name in ([[
	_G _VERSION assert collectgarbage dofile error getfenv getmetatable ipairs load loadfile loadstring module newproxy next
	pairs pcall print rawequal rawget rawlen rawset require select setfenv setmetatable tonumber tostring type unpack xpcall
	bit coroutine debug io jit math os package string table arg
]]):gmatch("%S+") do
	KNOWN[name] = true
end

-- A visitor that reports to `add(position, message)`. `own`: names of the globals that the file may read and write. The strings
-- are added to `texts`, as expressions.
local function newVisitor(add, own, texts)
	local owners, used, declared = {}, {}, {}
	local visitor = {}

	local function write(e, position)
		if e.k == "global" and not own[e.name] then
			add(e.from or position, "writes to the global '" .. e.name .. "'")
		end
	end

	local function read(e, position)
		if e.k == "local" then
			used[e.v] = true
		elseif e.k == "global" and not KNOWN[e.name] and not own[e.name] then
			add(e.from or position, "reads the unknown global '" .. e.name .. "'")
		end
	end

	function visitor:expression(e, place, parent)
		if e.k == "string" and e.from then
			texts[#texts + 1] = e
		end
		if place == "name" then
			-- `function a.b:c()` writes to `a` only if nothing follows the name. The walk does not visit the target.
			local first = e
			while first.k == "index" do
				first = first.o
			end
			if first == e then
				write(e, parent.first)
			else
				read(first, parent.first)
			end
		elseif place == "target" and (parent.k == "assign" or parent.k == "compound") then
			write(e, parent.first)
		else
			read(e)
		end
	end

	function visitor:open(owner)
		owners[#owners + 1] = owner
	end

	function visitor:close()
		owners[#owners] = nil
	end

	function visitor:openFunction(f, node)
		owners[#owners + 1] = { isFunction = true, first = node.first or node.from or f.from or 1 }
	end

	function visitor:closeFunction()
		owners[#owners] = nil
	end

	function visitor:declare(variable, statement)
		local owner = owners[#owners]
		declared[#declared + 1] = {
			variable = variable, group = statement or owner, position = (statement or owner).first or 1,
			isList = not statement and (owner.isFunction or owner.k == "in"),
		}
	end

	-- A parameter, or a value of an iterator, that comes before a used one is needed for its position.
	local function finish()
		local isNeeded = {}
		for i = #declared, 1, -1 do
			local entry = declared[i]
			local name = entry.variable.name
			if used[entry.variable] then
				isNeeded[entry.group] = entry.isList
			elseif not isNeeded[entry.group] and name:sub(1, 1) ~= "_" and name ~= "self" then
				add(entry.position, "nothing reads the variable '" .. name .. "'")
			end
		end
	end

	return visitor, finish
end

local function lint(file)
	local found, texts = {}, {}
	local function lineOf(position)
		local _, breaks = file.text:sub(1, position - 1):gsub("\n", "")
		return breaks + 1
	end
	local function add(position, message)
		found[#found + 1] = { line = lineOf(position), message = message }
	end
	local own = {}
	for _, name in ipairs(file.globals) do
		own[name] = true
	end
	local ok, chunk = pcall(parser.parse, file.text, file.path, true)
	if not ok then
		return { found = { { line = 1, message = tostring(chunk) } }, texts = {} }
	end
	local visitor, finish = newVisitor(add, own, texts)
	walk.through(chunk, visitor)
	finish()
	for i, e in ipairs(texts) do
		texts[i] = { first = lineOf(e.from), last = lineOf(e.to) }
	end
	return { found = found, texts = texts }
end

return {
	-- `files`: list of { path, text, globals = names }. Returns for each file { found = list of { line, message }, texts = lines
	-- of its strings }.
	lint = function(_, args)
		local answers = {}
		for i, file in ipairs(args.files) do
			answers[i] = lint(file)
		end
		return answers
	end,
}
