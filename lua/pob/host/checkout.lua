-- Finds Path of Building in a folder, and reports what is missing.

local files = require("pob.host.files")

local checkout = {}

-- Files without which PoB cannot start or calculate. The error names the first one that is missing. Data files are only
-- sampled: PoB itself names a missing one when it loads it.
local REQUIRED = {
	"Launch.lua",
	"GameVersions.lua",
	"Modules/Common.lua",
	"Modules/Main.lua",
	"Modules/Data.lua",
	"Modules/ModParser.lua",
	"Modules/Build.lua",
	"Modules/BuildDisplayStats.lua",
	"Modules/Calcs.lua",
	"Modules/CalcSetup.lua",
	"Modules/CalcPerform.lua",
	"Modules/CalcActiveSkill.lua",
	"Modules/CalcOffence.lua",
	"Modules/CalcDefence.lua",
	"Classes/ModDB.lua",
	"Classes/ModList.lua",
	"Classes/PassiveSpec.lua",
	"Classes/PassiveTree.lua",
	"Classes/Item.lua",
	"Data/ModCache.lua",
	"Data/Gems.lua",
}

-- Libraries that PoB ships outside `src`.
local RUNTIME = { "xml.lua", "base64.lua", "dkjson.lua", "sha1.lua|sha1/init.lua" }

local function readFile(path)
	local handle = io.open(path, "rb")
	if not handle then
		return nil
	end
	local text = handle:read("*a")
	handle:close()
	return text
end

local function isFile(path)
	local handle = io.open(path, "rb")
	if not handle then
		return false
	end
	-- On Linux a folder can be opened, but not read.
	local ok = handle:read(0) ~= nil or handle:seek("end") == 0
	handle:close()
	return ok
end

local function parentOf(path)
	return path:match("^(.+)/[^/]+$") or "/"
end

local function runtimeOf(root, src)
	for _, folder in ipairs({ root .. "/runtime/lua", src .. "/lua", root .. "/lua", root .. "/runtime" }) do
		if isFile(folder .. "/xml.lua") then
			return folder
		end
	end
	return root .. "/runtime/lua"
end

local function realPath(host, path)
	local real = host.realPath(path)
	return real and (real:gsub("\\", "/"):gsub("(.)/$", "%1"))
end

-- The folders that PoB's files may be in, as real paths. If the checkout consists of links to the files of another checkout,
-- they include the folder of that one. It is identified by a file of PoB, since links may lead anywhere.
local function homesOf(host, root, src, runtime)
	local homes = { root, src, realPath(host, runtime) }
	local launch = realPath(host, src .. "/Launch.lua")
	local folder = launch and parentOf(launch)
	if folder and folder ~= src and isFile(folder .. "/Modules/Main.lua") then
		homes[#homes + 1] = folder:match("/src$") and parentOf(folder) or folder
	end
	return homes
end

-- In a checkout, the runtime is next to `src`; an installed PoB has everything in one folder. Where `src` is a link, the
-- runtime is next to the link's target, or next to the link itself, in `named`.
local function rootOf(src, named)
	local root = src:match("/src$") and parentOf(src) or src
	local function hasRuntime(folder)
		return isFile(runtimeOf(folder, src) .. "/xml.lua")
	end
	return not hasRuntime(root) and named and hasRuntime(named) and named or root
end

--- Finds PoB in `dir`: `{ root, src, runtime }` as real paths, and `homes`, the folders that its files are in; or nil and the
--- path that was looked for.
function checkout.locate(host, dir)
	local real = realPath(host, dir)
	if not real then
		return nil, dir
	end
	for _, candidate in ipairs({ real .. "/src", real }) do
		if isFile(candidate .. "/Launch.lua") then
			local src = realPath(host, candidate)
			local root = rootOf(src, candidate ~= real and real or realPath(host, dir:match("^(.+)[/\\]src[/\\]*$") or dir))
			local runtime = runtimeOf(root, src)
			return { root = root, src = src, runtime = runtime, homes = homesOf(host, root, src, runtime) }
		end
	end
	return nil, real .. "/src/Launch.lua"
end

--- Paths of required files that are missing.
function checkout.missing(place)
	local missing = {}
	for _, path in ipairs(REQUIRED) do
		if not isFile(place.src .. "/" .. path) then
			missing[#missing + 1] = place.src .. "/" .. path
		end
	end
	for _, alternatives in ipairs(RUNTIME) do
		local found = false
		for path in alternatives:gmatch("[^|]+") do
			found = found or isFile(place.runtime .. "/" .. path)
		end
		if not found then
			missing[#missing + 1] = place.runtime .. "/" .. alternatives:match("^[^|]+")
		end
	end
	return missing
end

--- PoB's version: from manifest.xml (as PoB itself reads it), or else from the change log, or else "?".
function checkout.version(place)
	for _, path in ipairs({ place.src .. "/manifest.xml", place.root .. "/manifest.xml" }) do
		local text = readFile(path)
		local tag = text and text:match("<Version[^>]*>")
		local number = tag and tag:match('number="([^"]*)"')
		if number then
			return number
		end
	end
	for _, path in ipairs({ place.src .. "/changelog.txt", place.root .. "/changelog.txt" }) do
		local text = readFile(path)
		local number = text and text:match("VERSION%[([%d%.]+)%]")
		if number then
			return number
		end
	end
	return "?"
end

--- The tree versions that PoB lists, each with whether its data is present.
function checkout.trees(place)
	local text = readFile(place.src .. "/GameVersions.lua") or ""
	local list = text:match("treeVersionList%s*=%s*(%b{})") or ""
	local trees = {}
	for version in list:gmatch('"([%w_]+)"') do
		trees[#trees + 1] = {
			version = version,
			present = isFile(place.src .. "/TreeData/" .. version .. "/tree.lua")
				or isFile(place.src .. "/TreeData/" .. version .. "/data.json"),
		}
	end
	return trees
end

--- Whether this is Path of Building for Path of Exile 2.
function checkout.isPathOfExile2(place)
	local text = readFile(place.src .. "/Modules/Build.lua")
	return text ~= nil and text:find("PathOfBuilding2", 1, true) ~= nil
end

-- PoB reads no file outside its folders, not even through a link.
local function checkLinks(host, place, dir)
	for _, path in ipairs(REQUIRED) do
		local real = realPath(host, place.src .. "/" .. path)
		if real and not files.isWithin(place.homes, real) then
			error(
				"Path of Building in "
					.. dir
					.. " is made of links: src/"
					.. path
					.. " leads out of it to "
					.. real
					.. ", which is in no checkout: name the checkout that the links lead to, or copy it with its links followed (cp -rL)",
				0
			)
		end
	end
end

--- The place of a complete checkout; otherwise raises an error that names the file that was looked for.
function checkout.open(host, dir)
	if type(dir) ~= "string" or dir == "" then
		error("Path of Building: expected `dir`, the folder of a checkout", 0)
	end
	local place, lookedFor = checkout.locate(host, dir)
	if not place then
		error("Path of Building was not found in " .. dir .. ": looked for " .. lookedFor, 0)
	end
	local missing = checkout.missing(place)
	if #missing > 0 then
		error(
			"Path of Building in "
				.. dir
				.. " is incomplete: looked for "
				.. missing[1]
				.. (#missing > 1 and " (and " .. (#missing - 1) .. " more)" or ""),
			0
		)
	end
	checkLinks(host, place, dir)
	if not checkout.isPathOfExile2(place) then
		error("Path of Building in " .. dir .. " is not the one for Path of Exile 2 (no PathOfBuilding2 in Modules/Build.lua)", 0)
	end
	return place
end

return checkout
