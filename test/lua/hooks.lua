-- Hooks around functions of the calculation (pob.patch.hooks), with functions that record each call.
local hooksModule = require("pob.patch.hooks")

local commands = {}

-- A table `calcs` whose functions record their arguments.
local function newCalcs(log, name)
	local calcs = {}
	for _, f in ipairs({ "initEnv", "perform", "offence" }) do
		calcs[f] = function(...)
			log[#log + 1] = table.concat({ name .. "." .. f, ... }, " ")
			return name, ...
		end
	end
	return calcs
end

local function around(log, part)
	return function(inner, ...)
		log[#log + 1] = part .. " begins"
		local first, second = inner(...)
		log[#log + 1] = part .. " ends"
		return first, second
	end
end

---The calls for `name`, with hooks that were added in the order of `parts`; `within`: only those inside that part's hook.
function commands.around(_, args)
	local log = {}
	local hooks, calcs = hooksModule.new(), newCalcs(log, "calcs")
	for _, part in ipairs(args.parts) do
		hooks:around(calcs, args.name, part, around(log, part))
	end
	local call = args.within and hooks:within(args.name, args.within) or calcs[args.name]
	local first, second = call("argument")
	return { log = log, first = first, second = second }
end

---The same while a slice has replaced the function, after that, and with another table `calcs`.
function commands.replaced()
	local log = {}
	local hooks, calcs = hooksModule.new(), newCalcs(log, "calcs")
	hooks:around(calcs, "perform", "first_skill", around(log, "first_skill"))
	local answers = {
		hooks:replace("perform", function()
			log[#log + 1] = "slice"
		end),
		hooks:replace("offence", print), hooks:replace("other", print),
	}
	calcs.perform()
	hooks:replace("perform", nil)
	calcs.perform()
	local other = newCalcs(log, "other")
	hooks:around(other, "initEnv", "pool", around(log, "pool"))
	other.perform()
	other.initEnv()
	return { log = log, answers = answers }
end

---The calls before a row, and for its calculation, with hooks of all `parts`.
function commands.row(_, args)
	local log = {}
	local hooks, calcs = hooksModule.new(), newCalcs(log, "calcs")
	for _, part in ipairs(args.begin) do
		hooks:beforeRow(part, function(strategy)
			log[#log + 1] = part .. " " .. tostring(strategy and strategy.name)
		end)
	end
	for _, part in ipairs(args.calculation) do
		hooks:aroundCalculation(part, around(log, part))
	end
	hooks:begin({ name = "strategy" })
	local isDone = hooks:calculate(calcs, {}, "env")
	hooks:begin(nil)
	return { log = log, isDone = isDone }
end

---The error for a part that has no place around the function.
function commands.misplaced(_, args)
	local hooks = hooksModule.new()
	local _, message = pcall(hooks.around, hooks, newCalcs({}, "calcs"), args.name, args.part, print)
	return message
end

return commands
