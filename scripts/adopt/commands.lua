-- Finds what is new in a release of Path of Building compared with the known forms, for scripts/adopt-pob.mjs.
local calculation = require("pob.patch.calculation")
local closeness = require("pob.patch.closeness")
local defences = require("pob.replacements.defences")
local functions = require("pob.versions.functions")
local moduleTree = require("pob.patch.module_tree")
local registry = require("pob.patch.registry")
local state = require("pob.versions.state")
local statements = require("pob.versions.statements")
local treeReads = require("pob.versions.tree_reads")

local PERFORM, AFTER_OFFENCE = "Modules/CalcPerform.lua", "perform after offence"

-- The functions that parts replace or rely on: path -> name -> true.
local function targets()
	local wanted = {}
	for _, part in ipairs(registry.parts()) do
		for _, list in ipairs({ part.targets or {}, part.calls or {} }) do
			for _, target in ipairs(list) do
				wanted[target.file] = wanted[target.file] or {}
				wanted[target.file][target.name] = true
			end
		end
	end
	return wanted
end

local function sorted(t)
	local list = {}
	for key in pairs(t) do
		list[#list + 1] = key
	end
	table.sort(list)
	return list
end

-- Extends a text such as "0.15.0 to 0.20.0" by a release.
local function span(text, release)
	local function number(version)
		local a, b, c = version:match("(%d+)%.(%d+)%.?(%d*)")
		return a and a * 1e6 + b * 1e3 + (tonumber(c) or 0) or 0
	end
	local first, last = (text or release):match("^(%S+) to (%S+)$")
	first, last = first or text or release, last or text or release
	if number(release) < number(first) then
		first = release
	elseif number(release) > number(last) then
		last = release
	end
	return first == last and first or first .. " to " .. last
end

local function quoted(name)
	return name:find("^[%a_][%w_]*$") and name or ("[%q]"):format(name)
end

local function headOf(name)
	local file = assert(io.open(package.searchpath("pob.versions." .. name, package.path), "rb"))
	local text = file:read("*a")
	file:close()
	return assert(text:match("^(.-return {\n)"))
end

local function functionsText()
	local out = { headOf("functions") }
	for _, path in ipairs(sorted(functions)) do
		out[#out + 1] = ("\t[%q] = {\n"):format(path)
		for _, name in ipairs(sorted(functions[path])) do
			local forms, parts = functions[path][name], {}
			for i, form in ipairs(sorted(forms)) do
				parts[i] = (" %s = %q"):format(quoted(form), forms[form])
			end
			out[#out + 1] = ("\t\t%s = {%s },\n"):format(quoted(name), table.concat(parts, ","))
		end
		out[#out + 1] = "\t},\n"
	end
	return table.concat(out) .. "}\n"
end

-- Joins words into lines of at most this many characters.
local function wrapped(words, indent, width)
	local lines, line = {}, nil
	for _, word in ipairs(words) do
		if line and #line + 1 + #word > width then
			lines[#lines + 1] = line
			line = nil
		end
		line = line and line .. " " .. word or word
	end
	lines[#lines + 1] = line
	return table.concat(lines, "\n" .. indent)
end

local function statementsText()
	local out = { headOf("statements") }
	for _, path in ipairs(sorted(statements)) do
		out[#out + 1] = ("\t[%q] = {\n"):format(path)
		for _, name in ipairs(sorted(statements[path])) do
			out[#out + 1] = ("\t\t%s = {\n"):format(quoted(name))
			for _, form in ipairs(sorted(statements[path][name])) do
				local words = {}
				for word in statements[path][name][form]:gmatch("%S+") do
					words[#words + 1] = word
				end
				out[#out + 1] = ("\t\t\t%s = [[\n\t\t\t\t%s\n\t\t\t]],\n"):format(quoted(form), wrapped(words, "\t\t\t\t", 116))
			end
			out[#out + 1] = "\t\t},\n"
		end
		out[#out + 1] = "\t},\n"
	end
	return table.concat(out) .. "}\n"
end

local function readsText()
	local out = { headOf("tree_reads") }
	for _, form in ipairs(sorted(treeReads)) do
		out[#out + 1] = ("\t[%q] = %q,\n"):format(form, treeReads[form])
	end
	return table.concat(out) .. "}\n"
end

local function stateText()
	local out = { headOf("state") }
	for _, path in ipairs(sorted(state)) do
		local parts = {}
		for i, kind in ipairs(sorted(state[path])) do
			parts[i] = (" [%q] = %d"):format(kind, state[path][kind])
		end
		out[#out + 1] = ("\t[%q] = {%s },\n"):format(path, table.concat(parts, ","))
	end
	return table.concat(out) .. "}\n"
end

return {
	-- The paths of the modules that are analysed.
	modules = function()
		local paths = targets()
		for path in pairs(calculation.isPart) do
			paths[path] = paths[path] or {}
		end
		return sorted(paths)
	end,
	-- `files`: list of { path, text }; `release`: its number. Returns what is new in it, as { what, path, name, line }, how many
	-- forms were already known, and the tables of lua/pob/versions with all of them, as texts and as tables.
	adopt = function(_, args)
		local wanted, new, known = targets(), {}, 0
		local function take(forms, form, entry)
			if forms[form] then
				known = known + 1
			else
				new[#new + 1] = entry
			end
			forms[form] = span(forms[form], args.release)
		end
		for _, file in ipairs(args.files) do
			local module = moduleTree.read(file.path, file.text)
			if not module then
				error(file.path .. " is no Lua that is known", 0)
			end
			for _, name in ipairs(sorted(wanted[file.path] or {})) do
				functions[file.path] = functions[file.path] or {}
				functions[file.path][name] = functions[file.path][name] or {}
				local entry = (module.functions[name] or {})[1]
				local form = entry and module:fingerprint(entry.f) or "absent"
				local first = entry and (entry.node.first or entry.node.from)
				if entry then
					local words = {}
					for i, s in ipairs(closeness.statementsOf(module, entry.f)) do
						words[i] = s.form
					end
					statements[file.path] = statements[file.path] or {}
					statements[file.path][name] = statements[file.path][name] or {}
					statements[file.path][name][form] = table.concat(words, " ")
				end
				take(functions[file.path][name], form, {
					what = "function", path = file.path, name = name, line = first and module:lineOf(first) or 0,
				})
			end
			if file.path == PERFORM then
				take(functions[PERFORM][AFTER_OFFENCE], defences.tailOf(module), {
					what = "statements", path = PERFORM, name = AFTER_OFFENCE, line = 0,
				})
			end
			for _, read in ipairs(calculation.isPart[file.path] and calculation.treeReads(module) or {}) do
				take(treeReads, read.form, {
					what = "read of the tree", path = file.path, name = read.text, line = module:lineOf(read.at),
				})
			end
			for kind, count in pairs(calculation.isPart[file.path] and calculation.state(module) or {}) do
				state[file.path] = state[file.path] or {}
				if count > (state[file.path][kind] or 0) then
					new[#new + 1] = { what = "state", path = file.path, name = "local = " .. kind, line = 0 }
					state[file.path][kind] = count
				end
			end
		end
		return {
			new = new, known = known,
			texts = {
				functions = functionsText(), statements = statementsText(), tree_reads = readsText(), state = stateText(),
			},
			versions = { functions = functions, statements = statements, tree_reads = treeReads, state = state },
		}
	end,
}
