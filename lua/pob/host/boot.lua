--- Starting Path of Building once per state.

local hostModule = require("pob.host.world")

local boot = {}

-- PoB runs through far more code than LuaJIT's default limits hold (1,000 traces): all compiled code would be
-- thrown away every few rows, which costs four times the row. With PoB's own 4,000 it still happens every few
-- hundred rows; a build's rows take some 8,000.
local TRACES, MACHINE_CODE_KB = 30000, 65536
-- How often a trace is left at one place before LuaJIT compiles what follows: 10 by default. Most places that rows leave
-- traces at are left a few times only.
local EXITS = 30

-- PoB shows trouble as a prompt with colour escapes and hints about keys.
local function plain(text)
	text = tostring(text):gsub("%^x%x%x%x%x%x%x", ""):gsub("%^%d", "")
	text = text:gsub("^Error:%s*", ""):gsub("\nPress Enter/Escape.*$", ""):gsub("\nv[%d%.]+[^\n]*$", "")
	return (text:gsub("%s+$", ""))
end
boot.plain = plain

--- What PoB wants to tell its user, taken off the screen: a list of plain texts.
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

--- Boots PoB in `place`; answers the world with `main` ready and no build opened. `garbage`: of pob.host.collector; `probes`:
-- of pob.patch.probes, in the place of an extension.
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
	-- PoB's start screen, an empty build, costs as much as a real one; the lists of all unique and
	-- rare items serve the item browser only.
	main.newMode = nil
	main.onFrameFuncs = {}
	main.uniqueDB.loading = nil
	main.rareDB.loading = nil
	main.screenW, main.screenH = env.GetVirtualScreenSize()
	main.viewPort = { x = 0, y = 0, width = main.screenW, height = main.screenH }
	-- From here on PoB behaves as released: no developer shortcuts, no saving when a build is closed.
	launch.devMode = false
	-- What is compiled now belongs to a build, and the next one needs it again.
	world.keepsChunks = true
	world.version = launch.versionNumber or "?"
	return world
end

return boot
