-- The environment that Path of Building expects, without a window.
--
-- PoB's code runs with its own table of globals: Lua's harmless libraries, the functions that PoB's window program provides,
-- and what PoB itself defines. `ffi`, `debug` and the real `io` and `os` are not in it.

local dialect = require("pob.host.dialect")
local files = require("pob.host.files")
local copiedProxies = require("pob.host.copied_proxies")
local order = require("pob.host.ordered_pairs")
local utf8 = require("pob.host.utf8")
local windowApi = require("pob.host.window_api")

local host = {}

local SCREEN_WIDTH, SCREEN_HEIGHT = 1920, 1080

local function nothing() end

local imageMethods = {}
local imageMeta = { __index = imageMethods }

function imageMethods:Load()
	self.valid = true
end
function imageMethods:Unload()
	self.valid = false
end
function imageMethods:IsValid()
	return self.valid
end
function imageMethods:SetLoadingPriority() end
function imageMethods:ImageSize()
	return 1, 1
end

-- The colour escapes of PoB's text: ^0..^9 and ^xRRGGBB.
local function stripEscapes(text)
	return (text:gsub("%^%d", ""):gsub("%^x%x%x%x%x%x%x", ""))
end

-- Functions of the window that only draw, or that talk to the desktop.
local SILENT = {
	"RenderInit", "SetClearColor", "SetDrawLayer", "SetViewport", "SetDrawColor", "GetDrawColor", "DrawImage",
	"DrawImageQuad", "DrawString", "SetWindowTitle", "SetCursorPos", "ShowCursor", "IsKeyDown", "Copy", "Paste",
	"SetDPIScaleOverridePercent", "SetWorkDir", "RemoveDir", "LaunchSubScript", "AbortSubScript", "IsSubScriptRunning",
	"ConPrintTable", "ConExecute", "ConClear", "SpawnProcess", "OpenURL", "SetProfiling", "Restart", "Exit",
	"TakeScreenshot", "SetForeground", "GetCloudProvider",
}

local LUA_GLOBALS = {
	"assert", "error", "getmetatable", "setmetatable", "ipairs", "pairs", "next", "pcall", "xpcall", "select", "tonumber",
	"tostring", "type", "unpack", "rawget", "rawset", "rawequal", "rawlen", "_VERSION",
}

local LUA_LIBRARIES = { "string", "table", "math", "coroutine", "bit" }

local function copyLibrary(library)
	local copy = {}
	for key, value in pairs(library) do
		copy[key] = value
	end
	return copy
end

-- PoB sets GC and JIT parameters for its window. Here both are set by the owner of the state.
local function collectgarbageOf(what)
	if what == "count" then
		return collectgarbage("count")
	end
	return 0
end

-- A text of this length without a name is data.
local LONG = 100000
local STRIPPED = "stripped"

-- Compiles a text, or takes the result from this process or an earlier one. `store`: the engine's, nil if there is none;
-- `edit`: returns the text to compile instead, or nil; `edits`: what the edit depends on, apart from the text.
local function compileText(store, path, text, name, edit, edits)
	local chunk = store and store.find(path, edits or "", text, name)
	if chunk then
		return chunk
	end
	local message
	chunk, message = loadstring(edit and edit() or text, name)
	if chunk and store then
		store.keep(path, edits or "", text, string.dump(chunk, edits == STRIPPED))
	end
	return chunk, message
end

--- Creates the world for one PoB.
---
--- `native` is the calculator's host; `place` comes from checkout.open. `extension`, if given, has
---   * `transform(path, text)`, called with each module's source before it is compiled; returns a function that returns the
---     text to compile instead, and what that depends on apart from the source; nil: the source is compiled as it is;
---   * `loaded(path, env, ...)`, called after a module ran, with its results;
---   * `kept(path)`, which returns the results of an earlier run that can be used again.
function host.new(native, place, extension)
	local self = { native = native, place = place }
	local env = {}
	self.env = env
	self.files = files.new(native, place)
	local sources = self.files
	local logging = native.log or nothing

	for _, name in ipairs(LUA_GLOBALS) do
		env[name] = _G[name]
	end
	for _, name in ipairs(LUA_LIBRARIES) do
		env[name] = copyLibrary(_G[name])
	end
	env._G = env
	env.arg = {}
	env.io = sources:ioLibrary(logging)
	env.os = sources:osLibrary()
	env.jit = {
		version = jit.version, version_num = jit.version_num, os = jit.os, arch = jit.arch, opt = { start = nothing },
		on = nothing, off = nothing, flush = nothing, status = jit.status,
	}
	env.collectgarbage = collectgarbageOf
	env.print = function(...)
		local parts = {}
		for i = 1, select("#", ...) do
			parts[i] = tostring((select(i, ...)))
		end
		logging(table.concat(parts, "\t"))
	end

	for _, name in ipairs(SILENT) do
		env[name] = nothing
	end

	local callbacks, mainObject = {}, nil
	env.SetCallback = function(name, callback)
		callbacks[name] = callback
	end
	env.GetCallback = function(name)
		return callbacks[name]
	end
	env.SetMainObject = function(object)
		mainObject = object
		self.mainObject = object
	end
	function self.callback(name, ...)
		if callbacks[name] then
			return callbacks[name](...)
		elseif mainObject and mainObject[name] then
			return mainObject[name](mainObject, ...)
		end
	end

	env.NewImageHandle = function()
		return setmetatable({}, imageMeta)
	end
	env.GetScreenSize = function()
		return SCREEN_WIDTH, SCREEN_HEIGHT
	end
	env.GetVirtualScreenSize = env.GetScreenSize
	env.GetScreenScale = function()
		return 1
	end
	env.GetDPIScaleOverridePercent = function()
		return 1
	end
	env.GetCursorPos = function()
		return 0, 0
	end
	env.DrawStringWidth = function()
		return 1
	end
	env.DrawStringCursorIndex = function()
		return 0
	end
	env.GetAsyncCount = function()
		return 0
	end
	env.StripEscapes = stripEscapes

	-- Milliseconds since this world was created.
	local start = native.now()
	env.GetTime = function()
		return math.floor((native.now() - start) * 1000)
	end

	env.GetScriptPath = function()
		return place.src
	end
	env.GetRuntimePath = function()
		return place.runtime
	end
	env.GetUserPath = function()
		return place.src
	end
	env.GetWorkDir = function()
		return place.src
	end
	env.MakeDir = function()
		return true
	end
	env.NewFileSearch = function(pattern, foldersOnly)
		return sources:search(pattern, foldersOnly)
	end
	env.Inflate = function(data)
		if type(data) ~= "string" or data == "" then
			return nil, "nothing to inflate"
		end
		return native.inflate(data, 64 * 1024 * 1024)
	end
	env.Deflate = function(data)
		return native.deflate(data)
	end
	env.ConPrintf = function(format, ...)
		local ok, text = pcall(string.format, format, ...)
		logging(ok and text or tostring(format))
	end

	-- Modules that each build loads again are compiled once: running the same chunk again creates new functions.
	local compiled = {}
	-- Source code, in which calls of the window's functions are looked for. Files under Data/ only contain tables.
	self.sources = {}
	local listed = {}
	local function list(path)
		if not listed[path] and not path:find("Data/", 1, true) and not path:find("^/") then
			listed[path] = true
			table.insert(self.sources, {
				path = path,
				text = function()
					return (sources:read(path))
				end,
			})
		end
	end
	self.standIns = windowApi.guard(env, self.sources)
	local function compile(path, text)
		list(path)
		local edit, edits
		if extension then
			edit, edits = extension.transform(path, text)
		end
		local known = compiled[path]
		if known and known.text == text and known.edits == edits then
			return known.chunk
		end
		local chunk, message = compileText(native.compiled, path, text, "@" .. path, edit, edits)
		if chunk then
			setfenv(chunk, env)
			-- Tells which functions will exist several times: in a module that each build loads again, all of them; in any other
			-- module, only those that its functions create.
			native.generalize(chunk, self.keepsChunks and 1 or 2)
			compiled[path] = self.keepsChunks and { text = text, edits = edits, chunk = chunk } or nil
		else
			-- Path of Building may word this error differently, or continue without the module.
			message = dialect.explain(path, text, message)
			self.uncompiled = self.uncompiled or message
		end
		return chunk, message
	end
	local function luaName(name)
		name = tostring(name)
		return name:match("%.lua") and name or name .. ".lua"
	end
	local function loaded(path, ...)
		if path == "Classes/PassiveSpec.lua" and env.common then
			copiedProxies.guard(env.common.classes.PassiveSpec)
		end
		if extension then
			extension.loaded(path, env, ...)
		end
		return ...
	end
	-- Modules use the `pairs` that they see while they are loaded. Modules that do not store it, and code that runs later, see
	-- the one that is in place outside of loading.
	local choosePairs, setVariant = order.new(function()
		return env.main and env.main.modes and env.main.modes.BUILD
	end)
	env.pairs = choosePairs("")
	self.setOrderVariant = setVariant
	local function restorePairs(before, ...)
		env.pairs = before
		return ...
	end
	local function run(path, chunk, ...)
		local before = env.pairs
		env.pairs = choosePairs(path)
		return loaded(path, restorePairs(before, chunk(...)))
	end
	local function loadModule(caller, name)
		local path = luaName(name)
		local text, message = sources:read(path)
		local chunk
		if text then
			chunk, message = compile(path, text)
		end
		if not chunk then
			error(caller .. "() error loading '" .. path .. "': " .. tostring(message), 3)
		end
		return path, chunk
	end
	env.LoadModule = function(name, ...)
		local kept = extension and extension.kept(luaName(name))
		if kept then
			return unpack(kept, 1, kept.count)
		end
		local path, chunk = loadModule("LoadModule", name)
		return run(path, chunk, ...)
	end
	local function afterPcall(ok, ...)
		if ok then
			return nil, ...
		end
		return (...)
	end
	env.PCall = function(callee, ...)
		return afterPcall(pcall(callee, ...))
	end
	env.PLoadModule = function(name, ...)
		local path, chunk = loadModule("PLoadModule", name)
		local before = env.pairs
		return restorePairs(before, afterPcall(pcall(run, path, chunk, ...)))
	end
	env.loadstring = function(text, name)
		local chunk, message
		if type(text) == "string" and #text >= LONG and name == nil then
			-- The tree: data without a name, for which line numbers are of no use.
			chunk, message = compileText(native.compiled, "text of " .. #text, text, text, nil, STRIPPED)
		else
			chunk, message = loadstring(text, name)
		end
		if chunk then
			setfenv(chunk, env)
		end
		return chunk, message
	end
	env.load = function(source, name)
		if type(source) == "function" then
			local pieces = {}
			for piece in source do
				pieces[#pieces + 1] = piece
			end
			source = table.concat(pieces)
		end
		return env.loadstring(source, name)
	end
	env.loadfile = function(path)
		local text, message = sources:read(path)
		if not text then
			return nil, message
		end
		return compile(path, text)
	end
	env.dofile = function(path)
		return assert(env.loadfile(path))()
	end

	-- PoB's own libraries come from its runtime folder. `lcurl.safe` and sockets are missing; PoB uses the network only when the
	-- user clicks.
	local libraries = {
		["lua-utf8"] = utf8, bit = env.bit, string = env.string, table = env.table, math = env.math, io = env.io, os = env.os,
		jit = env.jit, ["jit.opt"] = env.jit.opt,
	}
	local absent = { ["lcurl.safe"] = true, ["lcurl"] = true }
	env.package = { loaded = libraries, path = "", cpath = "", preload = {} }
	env.require = function(name)
		if libraries[name] ~= nil then
			return libraries[name]
		end
		if absent[name] then
			return nil
		end
		local relative = tostring(name):gsub("%.", "/")
		local tried = {}
		for _, pattern in ipairs({ place.runtime .. "/?.lua", place.runtime .. "/?/init.lua", place.src .. "/?.lua" }) do
			local path = pattern:gsub("%?", (relative:gsub("%%", "%%%%")))
			local text = sources:read(path)
			if text then
				local chunk, message = compile(path, text)
				if not chunk then
					error("error loading module '" .. name .. "': " .. message, 2)
				end
				local result = chunk(name)
				if result == nil then
					result = libraries[name]
				end
				libraries[name] = result == nil and true or result
				return libraries[name]
			end
			tried[#tried + 1] = "no file '" .. path .. "'"
		end
		error("module '" .. tostring(name) .. "' not found:\n\t" .. table.concat(tried, "\n\t"), 2)
	end

	return self
end

return host
