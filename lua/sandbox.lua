-- Removes from a state's globals what reaches beyond the calculator: files, processes, the FFI, the debug library, machine code
-- and bytecode. Called once, before the calculator's file runs, with the templates of `package.path`, the engine's `log` and a
-- check of the thread's stack. The embedded Lua half has already taken what it needs of the globals.
--
-- The calculator may replace every global, every member of a library and the metatable of strings. So the code here that runs
-- later uses only locals, and calls no method on a string.
local packagePath, log, checkStack = ...

local open, load, type, tostring, select = io.open, load, type, tostring, select
local error, format, find, concat = error, string.format, string.find, table.concat
local read = getmetatable(io.stdout).__index.read
local close = getmetatable(io.stdout).__index.close

-- "t" accepts source text only, because hand-made bytecode can break out of a state. LuaJIT itself checks for the mark of
-- bytecode, also after a byte order mark and a first line with #.
local function safeLoad(chunk, name, _, ...)
	checkStack()
	return load(chunk, name, "t", ...)
end

local function safeLoadString(text, name)
	return load(text, name, "t")
end

-- C functions that call back could exhaust the thread's stack if each is called in the last one's callback. LuaJIT limits only
-- its own stack, which has room for thousands of nested gsub calls, and every coroutine has another one.
local gsub, sort, resume, wrap = string.gsub, table.sort, coroutine.resume, coroutine.wrap

local function safeGsub(text, pattern, replacement, count)
	if type(replacement) ~= "string" then
		checkStack()
	end
	return gsub(text, pattern, replacement, count)
end

local function safeSort(list, before)
	checkStack()
	return sort(list, before)
end

local function safeResume(...)
	checkStack()
	return resume(...)
end

local function safeWrap(body)
	local generator = wrap(body)
	return function(...)
		checkStack()
		return generator(...)
	end
end

local templates = {}
for template in packagePath:gmatch("[^;]+") do
	templates[#templates + 1] = template
end

-- Lua's own modules that remain, and the modules that were loaded.
local modules = {
	bit = bit,
	coroutine = coroutine,
	math = math,
	string = string,
	table = table,
	["table.clear"] = require("table.clear"),
	["table.new"] = require("table.new"),
}
local taken = { debug = true, ffi = true, io = true, jit = true, os = true, package = true }

-- `require` for the files next to the calculator: it searches as usual, but loads only source text.
local function safeRequire(name)
	if type(name) ~= "string" or find(name, "[^%w_.%-]") or find(name, "..", 1, true) then
		error(format("a module's name has letters, digits, _, - and single dots, %s has not", tostring(name)), 2)
	end
	if modules[name] ~= nil then
		return modules[name]
	end
	if taken[name] then
		error(format("the module '%s' is not for a calculator in the sandbox", name), 2)
	end
	local tried = {}
	for i = 1, #templates do
		local path = gsub(templates[i], "%?", (gsub(name, "%.", "/")))
		local file = open(path, "rb")
		if file then
			local text = read(file, "*a")
			close(file)
			-- A folder can be opened as well, but not read.
			if text then
				local compiled, problem = load(text, "@" .. path, "t")
				if not compiled then
					error(problem, 0)
				end
				local answer = compiled(name)
				if answer == nil then
					answer = true
				end
				modules[name] = answer
				return answer
			end
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
for name in pairs(package.preload) do
	package.preload[name] = nil
end
for _, name in ipairs({ "io", "os", "debug", "package", "jit", "dofile", "loadfile", "newproxy", "module" }) do
	_G[name] = nil
end
string.dump = nil
string.gsub, table.sort, coroutine.resume, coroutine.wrap = safeGsub, safeSort, safeResume, safeWrap
_G.load, _G.loadstring = safeLoad, safeLoadString
_G.require = safeRequire
_G.print = logLine
