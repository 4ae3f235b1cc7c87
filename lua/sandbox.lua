-- Takes from a state's globals what reaches beyond the calculator: files, processes, the FFI, the debug library, machine
-- code and bytecode. Called once with the templates of `package.path` and the engine's `log`, before the calculator's
-- file runs; what the embedded Lua half needs of it, it has taken before.
local packagePath, log = ...

local open, loadText, type, tostring, select = io.open, loadstring, type, tostring, select
local error, format, find, gsub, concat = error, string.format, string.find, string.gsub, table.concat

local function checkText(chunk)
	if type(chunk) ~= "string" then
		error("only text can be loaded here, not a " .. type(chunk), 3)
	end
	-- Compiled Lua begins with an escape character; hand-made bytecode can break out of the state.
	if chunk:byte(1) == 27 then
		error("bytecode cannot be loaded here", 3)
	end
end

local function safeLoad(chunk, name, _, environment)
	if type(chunk) == "function" then
		local parts = {}
		local part = chunk()
		while part ~= nil and part ~= "" do
			parts[#parts + 1] = part
			part = chunk()
		end
		chunk = concat(parts)
	end
	checkText(chunk)
	local compiled, problem = loadText(chunk, name)
	if compiled and environment then
		setfenv(compiled, environment)
	end
	return compiled, problem
end

-- `require` for the files beside the calculator: the same search, text only.
local modules = {}
local function safeRequire(name)
	if type(name) ~= "string" or find(name, "[^%w_.%-]") or find(name, "..", 1, true) then
		error(format("a module's name has letters, digits, _, - and single dots, %q has not", tostring(name)), 2)
	end
	if modules[name] ~= nil then
		return modules[name]
	end
	local tried = {}
	for template in packagePath:gmatch("[^;]+") do
		local path = gsub(template, "%?", (gsub(name, "%.", "/")))
		local file = open(path, "rb")
		if file then
			local text = file:read("*a")
			file:close()
			checkText(text)
			local compiled, problem = loadText(text, "@" .. path)
			if not compiled then
				error(problem, 0)
			end
			local answer = compiled(name)
			modules[name] = answer == nil and true or answer
			return modules[name]
		end
		tried[#tried + 1] = "\n\tno file '" .. path .. "'"
	end
	error(format("module '%s' not found:%s", name, concat(tried)), 2)
end

local function logLine(...)
	local parts = {}
	for i = 1, select("#", ...) do
		parts[i] = tostring((select(i, ...)))
	end
	log(concat(parts, "\t"))
end

local loaded = package.loaded
for name in pairs(loaded) do
	if name ~= "_G" then
		loaded[name] = nil
	end
end
for _, name in ipairs({ "io", "os", "debug", "package", "jit", "dofile", "loadfile", "newproxy", "module" }) do
	_G[name] = nil
end
string.dump = nil
_G.load, _G.loadstring = safeLoad, safeLoad
_G.require = safeRequire
_G.print = logLine
