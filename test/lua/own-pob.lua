-- Unmodified Path of Building in its own HeadlessWrapper.lua, without any code of pobatch: how it loads a build's text
-- (info.own: { opened, told, numbers }), and how its XML reader reads it (info.xml). Must be opened outside the sandbox, with
-- the checkout's `src` as the working directory of the process. A state that has refused a build is in doubt, so the next build
-- needs a new one.
-- luacheck: globals arg print launch newBuild wipeGlobalCache loadBuildFromXML
local own = { name = "own-pob", version = "1" }

local utf8Path, readerOnly

function own.open(options)
	utf8Path, readerOnly = options.utf8, options.readerOnly
	package.path = "../runtime/lua/?.lua;../runtime/lua/?/init.lua;" .. package.path
end

local function start()
	package.preload["lua-utf8"] = function()
		return dofile(utf8Path)
	end
	arg, print = {}, function() end
	assert(loadfile("HeadlessWrapper.lua"))()
end

local function ownVerdict(text)
	if not launch then
		start()
	end
	local told = {}
	local showError = launch.ShowErrMsg
	function launch:ShowErrMsg(format, ...)
		local ok, message = pcall(string.format, format, ...)
		told[#told + 1] = ok and message or format
		return showError(self, format, ...)
	end
	newBuild()
	wipeGlobalCache()
	local before = launch.main.modes.BUILD.calcsTab.mainOutput
	local ok, message = pcall(loadBuildFromXML, text, "build")
	launch.ShowErrMsg = nil
	local mode = launch.main.modes.BUILD
	local output = mode.calcsTab and mode.calcsTab.mainOutput
	local opened = ok and launch.main.mode == "BUILD" and output ~= nil and output ~= before
	for _, line in ipairs(told) do
		-- These lines are Lua errors. Other messages are shown to the user, who continues.
		opened = opened and not line:find("^In '")
	end
	local numbers = {}
	for name, value in pairs(opened and output or {}) do
		if type(name) == "string" and type(value) == "number" then
			numbers[name] = value
		end
	end
	return { opened = opened, told = table.concat(told, "; ") .. (ok and "" or tostring(message)), numbers = numbers }
end

-- Writes each element: name, attributes sorted by name, children, texts.
local function shown(element)
	local parts = { "<", element.elem }
	local names = {}
	for name in pairs(element.attrib) do
		names[#names + 1] = name
	end
	table.sort(names)
	for _, name in ipairs(names) do
		parts[#parts + 1] = ("|%s=%s"):format(name, element.attrib[name])
	end
	local texts = {}
	for _, child in ipairs(element) do
		if type(child) == "table" then
			parts[#parts + 1] = shown(child)
		else
			texts[#texts + 1] = child
		end
	end
	parts[#parts + 1] = "#" .. table.concat(texts, "\n") .. ">"
	return table.concat(parts)
end

function own.load(text)
	if readerOnly then
		local document = dofile("../runtime/lua/xml.lua").ParseXML(text)
		local root = document and document[1]
		return {}, { xml = type(root) == "table" and shown(root) or "refused" }
	end
	return {}, { own = ownVerdict(text) }
end

function own.stats()
	return { "nothing" }
end

function own.Calculate()
	return { nothing = 0 }
end

return own
