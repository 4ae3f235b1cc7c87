-- Attempts at a row (pob.row) without Path of Building: a build and a calculation that record what happens to them.
local sessions = require("pob.row.session")
local strategies = require("pob.row.strategy")

local log

local function note(...)
	log[#log + 1] = table.concat({ ... }, " ")
end

-- An object whose methods, or functions, record their calls.
local function recorder(name, methods, isObject)
	local object = {}
	for _, method in ipairs(methods) do
		object[method] = function(...)
			local argument = select(isObject and 2 or 1, ...)
			note(name .. "." .. method, type(argument) == "table" and argument.name or tostring(argument))
			return true
		end
	end
	return object
end

local function newRow()
	local extension = {
		hooks = recorder("hooks", { "begin" }, true),
		isActive = function()
			return true
		end,
	}
	extension.slices = recorder("slices", { "use" }, true)
	extension.slices.of = function()
		return { name = "slice" }
	end
	local world = { extension = extension, env = { wipeGlobalCache = function() end } }
	local mode = { calcsTab = { mainEnv = "shown", mainOutput = "shown" }, characterLevelAutoMode = true, characterLevel = 7 }
	local allocation = recorder("allocation", { "restore" }, true)
	local adaptation = recorder("adaptation", { "save", "restore" }, true)
	local row = {
		world = world, mode = mode, allocation = allocation, needsEstimations = {}, environments = { name = "environments" },
		session = sessions.new(world, mode, allocation, adaptation),
	}
	local memo = {
		use = function(_, slice)
			return { name = slice and "cache of the slice" or "cache" }
		end,
	}
	return row, memo
end

local commands = {}

---The fields of a strategy, by name.
function commands.choose(_, args)
	local row, memo = newRow()
	row.allocation.isClicked, row.allocation.losesWeaponRule = args.isClicked, args.losesWeaponRule
	local plan = { variant = "Life", defences = args.defences, fullDps = args.fullDps, sums = args.sums, estimated = false }
	local strategy = strategies.choose(row, not args.isWhole and plan or nil, memo, args.reasons)
	local found = {}
	for key, value in pairs(strategy) do
		found[key] = type(value) == "table" and (value.name or key) or value
	end
	return found
end

---What happens in a session with the chosen strategy that ends with `ending`, and whether the session is open at the end.
function commands.session(_, args)
	log = {}
	local row, memo = newRow()
	local session, mode = row.session, row.mode
	session:begin()
	if args.ending == "window" then
		session:useWindow()
		mode.calcsTab.mainEnv, mode.calcsTab.mainOutput = "other", "other"
		mode.characterLevelAutoMode, mode.characterLevel = false, 8
		log = {}
		session:rollback()
		note(mode.calcsTab.mainEnv, mode.calcsTab.mainOutput, tostring(mode.characterLevelAutoMode), tostring(mode.characterLevel))
		return { log = log, isOpen = session.isOpen }
	end
	session:use(strategies.choose(row, { variant = "Life" }, memo, args.reasons))
	log = {}
	if args.ending == "commit" then
		session:commit(note, "noted")
	elseif args.ending == "failed commit" then
		note(tostring(pcall(session.commit, session, error, "differs")))
	elseif args.ending == "rollback" then
		session:rollback()
	elseif args.ending == "begin" then
		session:begin()
	end
	return { log = log, isOpen = session.isOpen }
end

return commands
