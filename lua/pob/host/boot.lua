-- Starts Path of Building, once per state.

local hostModule = require("pob.host.world")

local boot = {}

-- PoB runs far more code than LuaJIT's default limit of 1,000 traces allows. With the default, LuaJIT throws all compiled code
-- away every few rows, which costs four times as much as the row. With PoB's own limit of 4,000 this still happens every few
-- hundred rows. The rows of a build need some 8,000 traces.
local TRACES, MACHINE_CODE_KB = 30000, 65536
-- How often a trace must be left at the same exit before LuaJIT compiles the code that follows; the default is 10. Rows leave
-- traces at most of these exits only a few times.
local EXITS = 30

-- PoB shows a problem as a prompt with colour escapes and hints about keys.
local function plain(text)
	text = tostring(text):gsub("%^x%x%x%x%x%x%x", ""):gsub("%^%d", "")
	text = text:gsub("^Error:%s*", ""):gsub("\nPress Enter/Escape.*$", ""):gsub("\nv[%d%.]+[^\n]*$", "")
	return (text:gsub("%s+$", ""))
end
boot.plain = plain

--- Takes PoB's messages to its user off the screen: a list of plain texts.
function boot.takePrompts(world)
	local texts = {}
	local launch, main = world.env.launch, world.env.main
	if launch and launch.promptMsg then
		texts[#texts + 1] = plain(launch.promptMsg)
		launch.promptMsg = nil
	end
	if main and main.popups then
		for i = #main.popups, 1, -1 do
			local popup = main.popups[i]
			local lines = {}
			for _, control in pairs(popup.controls or {}) do
				if type(control) == "table" and control._className == "LabelControl" and type(control.label) == "string" then
					lines[#lines + 1] = plain(control.label):gsub("%s*\n%s*", " ")
				end
			end
			table.sort(lines)
			if popup.title then
				table.insert(lines, 1, plain(popup.title))
			end
			texts[#texts + 1] = table.concat(lines, ": ")
			main.popups[i] = nil
		end
	end
	return texts
end

--- Starts PoB in `place`; returns the world with `main` ready and no build open. `garbage`: an object of pob.host.collector;
--- `probes`: an object of pob.patch.probes, used instead of an extension.
function boot.start(native, place, garbage, extension, probes)
	jit.opt.start("maxtrace=" .. TRACES, "maxmcode=" .. MACHINE_CODE_KB, "hotexit=" .. EXITS)
	garbage:beforeStart()
	local world = hostModule.new(native, place, extension or probes)
	world.extension = extension
	local env = world.env
	if probes then
		env[probes.name] = probes.reached
	end
	local function refuse(why)
		error("Path of Building in " .. place.root .. " cannot start: " .. (world.uncompiled or why), 0)
	end
	local ok, message = pcall(env.dofile, "Launch.lua")
	if not ok then
		refuse(plain(message))
	end
	local launch = world.mainObject
	if not launch then
		refuse("Launch.lua did not set a main object")
	end
	ok, message = pcall(world.callback, "OnInit")
	if not ok then
		refuse(plain(message))
	end
	local prompts = boot.takePrompts(world)
	if #prompts > 0 or not env.main or world.uncompiled then
		refuse(prompts[1] or "no main object")
	end
	local main = env.main
	-- PoB's start screen is an empty build and costs as much as a real one. The lists of all unique and rare items serve only the
	-- item browser.
	main.newMode = nil
	main.onFrameFuncs = {}
	main.uniqueDB.loading = nil
	main.rareDB.loading = nil
	main.screenW, main.screenH = env.GetVirtualScreenSize()
	main.viewPort = { x = 0, y = 0, width = main.screenW, height = main.screenH }
	-- From here on PoB behaves like a release: no developer shortcuts, and no saving when a build is closed.
	launch.devMode = false
	-- Modules that are compiled from now on belong to a build, and the next build needs them again.
	world.keepsChunks = true
	world.version = launch.versionNumber or "?"
	return world
end

return boot
