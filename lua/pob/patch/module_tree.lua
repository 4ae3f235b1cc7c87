-- A module of the checkout as a tree in normal form (normal_form.lua), with its functions. Each function has a fingerprint that
-- comments, layout, names of variables and the dialect do not change.
--
-- A variable from outside a function is represented by the value in its declaration. A local function is represented by its
-- whole text, so a function whose helper changed has another fingerprint.

local normalForm = require("pob.patch.normal_form")
local parser = require("pob.slice.parser")
local printer = require("pob.slice.printer")
local source = require("pob.patch.source")
local walk = require("pob.slice.walk")

local moduleTree = {}
moduleTree.__index = moduleTree

local function add(self, name, f, node)
	local list = self.functions[name] or {}
	list[#list + 1] = { name = name, f = f, node = node }
	self.functions[name] = list
end

-- The last part of a name: the variable that holds a class or a module may have any name.
local function lastOf(target)
	return target.k == "index" and (target.key.k == "string" and target.key.v or "?") or target.name
end

local function isCallOf(e, name)
	return e and e.k == "call" and e.f.k == "global" and e.f.v == name
end

-- The functions of a chunk, and the statements that declare its variables.
local function findAll(self)
	local tree, visitor = self, {}
	function visitor:declare(variable, s)
		tree.known[variable] = s and { statement = s } or {}
	end
	function visitor:statement(s)
		local names = s.k == "local" and s.names or s.k == "assign" and s.targets or {}
		for i, name in ipairs(names) do
			local value = s.values[i]
			if value and value.k == "function" then
				add(tree, s.k == "local" and name.name or lastOf(name), value.f, s)
			end
		end
		if s.k == "function" then
			add(tree, lastOf(s.target), s.f, s)
		elseif s.k == "localfunction" then
			add(tree, s.var.name, s.f, s)
		end
	end
	function visitor:expression(e)
		-- A constructor: since August 2026, a method with the name of its class.
		local last = isCallOf(e, "newClass") and e.args[#e.args]
		if last and last.k == "function" and e.args[1].k == "string" then
			add(tree, e.args[1].v, last.f, e)
		end
	end
	walk.through(self.chunk, visitor)
end

-- Large modules of which only a few top-level functions are of interest. The rest is not parsed, so what these functions take
-- from outside counts by its name.
local EXCERPTS = { ["Modules/ModParser.lua"] = { "scan", "parseMod" } }

-- The text of a module reduced to the given functions, each on its original lines.
local function excerpt(text, names)
	local out, ending = {}, nil
	for line in (text .. "\n"):gmatch("([^\n]*)\n") do
		local keeps = ending ~= nil
		if ending then
			ending = not line:find(ending) and ending or nil
		else
			for _, name in ipairs(names) do
				local indent = line:match("^(%s*)[%w%s]*function%s+" .. name .. "%f[^%w_]")
				if indent then
					keeps, ending = true, "^" .. indent .. "end%f[^%w_]"
				end
			end
		end
		out[#out + 1] = keeps and line or ""
	end
	return table.concat(out, "\n")
end

---@param path string @relative to the checkout's source folder
---@param text string
---@return table|nil @nil if the text is not in a known Lua dialect
function moduleTree.read(path, text)
	text = EXCERPTS[path] and excerpt(text, EXCERPTS[path]) or text
	local ok, chunk = pcall(parser.parse, text, path, true)
	if not ok then
		return nil
	end
	local self = setmetatable({
		path = path, text = text, chunk = normalForm.of(chunk),
		-- name -> list of { name, f, node }
		functions = {},
		-- variable -> { statement } where it is declared by one
		known = {},
		fingerprints = {},
	}, moduleTree)
	findAll(self)
	return self
end

local function valueOf(variable, statement)
	if statement.k == "localfunction" then
		return { k = "function", f = statement.f }
	end
	for i, name in ipairs(statement.names) do
		if name == variable then
			return statement.values[i]
		end
	end
end

local describe

-- Describes a variable from outside a function.
local function declarationOf(self, variable)
	local known = self.known[variable]
	if known.text then
		return known.text
	elseif not known.statement then
		return "parameter"
	end
	-- Ends the description of functions that call each other.
	known.text = "recursion"
	local value = valueOf(variable, known.statement)
	local text
	if not value then
		text = "nothing"
	elseif value.k == "function" then
		text = self:fingerprint(value.f)
	elseif value.k == "call" then
		-- A function among the arguments has a fingerprint of its own.
		local args = {}
		for i, arg in ipairs(value.args) do
			args[i] = arg.k == "function" and "function" or describe(self, arg)
		end
		text = describe(self, value.f) .. "(" .. table.concat(args, ", ") .. ")"
	else
		text = describe(self, value)
	end
	known.text = #text > 200 and source.hash(text) or text
	return known.text
end

local function optionsOf(self)
	local count = {}
	return {
		plain = true, numbered = true,
		outer = function(printing, variable)
			local text = declarationOf(self, variable)
			count[text] = (count[text] or 0) + 1
			-- Different variables keep different names even if they have the same description.
			local name = "<" .. text .. "#" .. count[text] .. ">"
			printing.names[variable] = name
			return name
		end,
	}
end

function describe(self, e)
	return printer.expression(e, optionsOf(self))
end

---@param f table @a function of the tree
---@return string
function moduleTree:fingerprint(f)
	local known = self.fingerprints[f]
	if not known then
		known = source.hash(printer.functionText(f, optionsOf(self)))
		self.fingerprints[f] = known
	end
	return known
end

---The function that a variable was declared as, if any.
---@param variable table
function moduleTree:functionOf(variable)
	local known = self.known[variable]
	local value = known and known.statement and valueOf(variable, known.statement)
	return value and value.k == "function" and value.f or nil
end

---The function with this name and one of these fingerprints, as { name, f, node }, and the fingerprint. Several functions may
---have the name.
---@param name string
---@param forms table @fingerprint -> anything
function moduleTree:find(name, forms)
	for _, entry in ipairs(self.functions[name] or {}) do
		local fingerprint = self:fingerprint(entry.f)
		if forms[fingerprint] then
			return entry, fingerprint
		end
	end
	return nil
end

---The number of the line that contains a byte.
function moduleTree:lineOf(byte)
	local _, count = self.text:sub(1, byte - 1):gsub("\n", "")
	return count + 1
end

---The position of a byte: its line and its column, both from 1.
function moduleTree:placeOf(byte)
	local before = self.text:sub(1, byte - 1)
	return self:lineOf(byte), #before:match("[^\n]*$") + 1
end

---The original text of a statement or expression.
function moduleTree:textOf(node)
	return self.text:sub(node.first or node.from, node.last or node.to)
end

-- This code runs only once: compiling it would cost more than running it.
jit.off(true, true)

return moduleTree
