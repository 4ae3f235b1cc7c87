-- The file system that Path of Building sees.
--
-- Relative paths are resolved against the checkout's `src` folder, because PoB expects to be started there. The working
-- directory of the process is never read or changed. Reading works only inside the checkout. Writing goes to an overlay in
-- memory: PoB can keep its settings as long as the state lives, and nothing reaches the disk.

local io_open, io_type = io.open, io.type
local concat, insert = table.concat, table.insert

local files = {}
files.__index = files

-- Files that belong to the user of the checkout, not to PoB. With them, the same build could give different numbers on two
-- machines (the settings contain the default gem quality and level), and PoB would open the user's last build at the start.
local PRIVATE = { ["settings.xml"] = true, ["builds"] = true, ["first.run"] = true, ["installed.cfg"] = true }

local NOT_FOUND = ": No such file or directory"
local LEADS_OUT = ": A link that leads out of the checkout: copy the checkout with its links followed (cp -rL)"

local function normalize(path)
	path = path:gsub("\\", "/")
	local parts = {}
	for part in path:gmatch("[^/]+") do
		if part == ".." then
			if #parts == 0 then
				return nil
			end
			parts[#parts] = nil
		elseif part ~= "." then
			parts[#parts + 1] = part
		end
	end
	return "/" .. concat(parts, "/")
end

local function isAbsolute(path)
	return path:sub(1, 1) == "/" or path:match("^%a:[/\\]") ~= nil
end

--- `place` of checkout.locate: its `src` and `homes` are real (symlink-free) absolute paths.
function files.new(host, place)
	return setmetatable({
		host = host,
		src = place.src,
		homes = place.homes,
		overlay = {},
		allowed = {},
	}, files)
end

--- Whether a real path is one of these folders or inside one.
function files.isWithin(homes, full)
	for _, home in ipairs(homes) do
		if full == home or full:sub(1, #home + 1) == home .. "/" then
			return true
		end
	end
	return false
end

--- The absolute path of `path`, or nil if it leaves the checkout; and whether it belongs to the user.
function files:resolve(path)
	if type(path) ~= "string" or path:find("%z") then
		return nil
	end
	local absolute = isAbsolute(path) and path or (self.src .. "/" .. path)
	local drive = absolute:match("^(%a:)[/\\]")
	local full = normalize(drive and absolute:sub(3) or absolute)
	if not full then
		return nil
	end
	full = (drive or "") .. full
	if not files.isWithin(self.homes, full) then
		return nil
	end
	local inSrc = full:sub(1, #self.src + 1) == self.src .. "/" and full:sub(#self.src + 2)
	local first = inSrc and inSrc:match("^[^/]+")
	if first and PRIVATE[first:lower()] then
		return full, true
	end
	return full, false
end

-- A symlink inside the checkout must not lead out of it.
function files:isInside(full)
	local known = self.allowed[full]
	if known == nil then
		local real = self.host.realPath(full)
		real = real and real:gsub("\\", "/")
		known = real ~= nil and files.isWithin(self.homes, real)
		self.allowed[full] = known
	end
	return known
end

--- The whole text of a file of the checkout (or of the overlay), or nil and a message.
function files:read(path)
	local full, private = self:resolve(path)
	if not full then
		return nil, tostring(path) .. NOT_FOUND
	end
	local written = self.overlay[full]
	if written then
		return written
	end
	if private or not self:isInside(full) then
		return nil, path .. (not private and self.host.realPath(full) and LEADS_OUT or NOT_FOUND)
	end
	local handle, message = io_open(full, "rb")
	if not handle then
		return nil, (message or (path .. NOT_FOUND))
	end
	local text = handle:read("*a")
	handle:close()
	if not text then
		return nil, path .. NOT_FOUND
	end
	return text
end

--- Whether a file exists, without reading it.
function files:exists(path)
	local full, private = self:resolve(path)
	if not full then
		return false
	end
	if self.overlay[full] then
		return true
	end
	return not private and self:isInside(full)
end

-- A file handle over a string, with the methods that PoB and its XML library call.
local handleMethods = {}
local handleMeta = { __index = handleMethods, __name = "FILE*" }

-- The text is read at the first use, not when the file is opened: PoB opens each of the tree's images only to check that it
-- exists.
local function checkOpen(handle)
	if handle.closed then
		error("attempt to use a closed file", 3)
	end
	if not handle.text then
		handle.text = handle.files:read(handle.path) or ""
	end
end

local function readOne(handle, format)
	local text, at = handle.text, handle.at
	if type(format) == "number" then
		if at > #text then
			return format == 0 and "" or nil
		end
		handle.at = at + format
		return text:sub(at, at + format - 1)
	end
	format = tostring(format):gsub("^%*", "")
	local kind = format:sub(1, 1)
	if kind == "a" then
		handle.at = #text + 1
		return text:sub(at)
	elseif kind == "l" or kind == "L" then
		if at > #text then
			return nil
		end
		local stop = text:find("\n", at, true)
		handle.at = (stop or #text) + 1
		return text:sub(at, stop and (kind == "L" and stop or stop - 1) or #text)
	elseif kind == "n" then
		local digits, after = text:match("^%s*([%+%-]?[%d%.]+[eE]?[%+%-]?%d*)()", at)
		if digits then
			handle.at = after
		end
		return digits and tonumber(digits)
	end
	error("bad argument #1 to 'read' (invalid format)", 3)
end

function handleMethods:read(...)
	checkOpen(self)
	local count = select("#", ...)
	if count == 0 then
		return readOne(self, "l")
	end
	local results = {}
	for i = 1, count do
		results[i] = readOne(self, (select(i, ...)))
		if results[i] == nil then
			return unpack(results, 1, i)
		end
	end
	return unpack(results, 1, count)
end

function handleMethods:lines(format)
	checkOpen(self)
	return function()
		return readOne(self, format or "l")
	end
end

function handleMethods:write(...)
	checkOpen(self)
	if not self.pieces then
		return nil, "Bad file descriptor", 9
	end
	for i = 1, select("#", ...) do
		insert(self.pieces, tostring((select(i, ...))))
	end
	return self
end

function handleMethods:seek(whence, offset)
	checkOpen(self)
	offset = offset or 0
	local base = whence == "set" and 0 or whence == "end" and #self.text or self.at - 1
	self.at = base + offset + 1
	return self.at - 1
end

function handleMethods:setvbuf()
	return true
end

function handleMethods:flush()
	if self.pieces then
		self.files.overlay[self.full] = concat(self.pieces)
	end
	return self
end

function handleMethods:close()
	self:flush()
	self.closed = true
	return true
end

--- What `io.open` does inside PoB.
function files:open(path, mode)
	mode = mode or "r"
	local full = self:resolve(path)
	if mode:find("[wa+]") then
		if not full then
			return nil, tostring(path) .. ": Permission denied", 13
		end
		local before = mode:find("w") and "" or self:read(path) or ""
		return setmetatable({ files = self, full = full, pieces = { before }, text = before, at = 1 }, handleMeta)
	end
	if not full or not self:exists(path) then
		return nil, tostring(path) .. NOT_FOUND, 2
	end
	return setmetatable({ files = self, path = path, at = 1 }, handleMeta)
end

--- A search for the names in a folder that match a file pattern like `Data/*.bin`. Names do not tell folders from files, so
--- `foldersOnly` finds nothing.
function files:search(pattern, foldersOnly)
	if foldersOnly then
		return nil
	end
	local folder, name = tostring(pattern):gsub("\\", "/"):match("^(.*)/([^/]*)$")
	if not folder then
		folder, name = ".", pattern
	end
	local full, private = self:resolve(folder)
	if not full or private or not self:isInside(full) then
		return nil
	end
	local listed = self.host.listFiles(full)
	if not listed then
		return nil
	end
	local lua = "^" .. name:gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".") .. "$"
	local found = {}
	for _, entry in ipairs(listed) do
		if entry:match(lua) then
			found[#found + 1] = entry
		end
	end
	if #found == 0 then
		return nil
	end
	table.sort(found)
	local at = 1
	local search = {}
	function search:GetFileName()
		return found[at]
	end
	function search:GetFileModifiedTime()
		return 0
	end
	function search:GetFileSize()
		local text = files.read(self.owner, folder .. "/" .. found[at])
		return text and #text or 0
	end
	function search:NextFile()
		at = at + 1
		return found[at] ~= nil
	end
	search.owner = self
	return search
end

local function refuse(name)
	return function()
		return nil, name .. " is not available to Path of Building here", 1
	end
end

--- The `io` library inside PoB.
function files:ioLibrary(log)
	local silent = setmetatable({ pieces = {}, text = "", at = 1, full = "", files = { overlay = {} } }, handleMeta)
	local out = {
		write = function(_, ...)
			log(concat({ ... }))
			return silent
		end,
		flush = function() end,
		close = function() end,
		setvbuf = function() end,
	}
	return {
		open = function(path, mode)
			return self:open(path, mode)
		end,
		lines = function(path, format)
			local handle, message = self:open(path or "", "r")
			if not handle then
				error(message, 2)
			end
			return handle:lines(format)
		end,
		close = function(handle)
			return handle and handle:close()
		end,
		read = function()
			return nil
		end,
		write = function(...)
			log(concat({ ... }))
			return out
		end,
		type = function(value)
			if getmetatable(value) == handleMeta then
				return value.closed and "closed file" or "file"
			end
			return io_type(value)
		end,
		popen = refuse("io.popen"),
		tmpfile = refuse("io.tmpfile"),
		stdout = out,
		stderr = out,
		stdin = silent,
	}
end

--- The `os` library inside PoB: clocks, and nothing that affects the machine.
function files:osLibrary()
	return {
		time = os.time,
		clock = os.clock,
		date = os.date,
		difftime = os.difftime,
		getenv = function()
			return nil
		end,
		setlocale = function()
			return "C"
		end,
		remove = function(path)
			local full = self:resolve(path)
			if full and self.overlay[full] then
				self.overlay[full] = nil
				return true
			end
			return nil, "os.remove is not available to Path of Building here", 1
		end,
		rename = refuse("os.rename"),
		tmpname = refuse("os.tmpname"),
		execute = refuse("os.execute"),
		exit = function()
			error("os.exit is not available to Path of Building here", 2)
		end,
	}
end

return files
