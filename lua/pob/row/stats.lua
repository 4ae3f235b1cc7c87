--- Names of stats: which ones a build has, their labels, and how to take them from PoB's output.

local outputNames = require("pob.row.output_names")

local stats = {}
stats.__index = stats

local FULL_DPS = { FullDPS = true, FullDotDPS = true }

-- Numbers that PoB adds to its output only when it calculates for the window: sums over the player's modifiers.
local MAIN_ONLY = {
	ExtraPoints = { "BASE", nil, "ExtraPoints" },
	WeaponSetPassivePoints = { "BASE", nil, "WeaponSetPassivePoints" },
	PassivePointsToWeaponSetPoints = { "BASE", nil, "PassivePointsToWeaponSetPoints" },
	["Spec:LifeInc"] = { "INC", nil, "Life" },
	["Spec:ManaInc"] = { "INC", "Tree", "Mana" },
	["Spec:ArmourInc"] = { "INC", "Tree", "Armour", "ArmourAndEvasion" },
	["Spec:EvasionInc"] = { "INC", "Tree", "Evasion", "ArmourAndEvasion" },
	["Spec:EnergyShieldInc"] = { "INC", "Tree", "EnergyShield" },
}

local MINION = "Minion."

function stats.new(world, mode)
	return setmetatable({ world = world, mode = mode }, stats)
end

-- Label and format of each stat, where the first entry in PoB's display table wins; and the order of the table.
local function displayed(list)
	local byName, order = {}, {}
	for _, entry in ipairs(list or {}) do
		if entry.stat and not entry.childStat and entry.fmt and not byName[entry.stat] then
			byName[entry.stat] = entry
			order[#order + 1] = entry.stat
		end
	end
	return byName, order
end

--- All numeric stats of the build as loaded: array of { name, label?, format?, percent?, value }.
function stats:list()
	if self.known then
		return self.known
	end
	local mode = self.mode
	local output = mode.calcsTab.mainOutput
	local known, have = {}, {}
	local function add(prefix, values, display)
		local byName, order = displayed(display)
		local rest = {}
		for name, value in pairs(values) do
			if type(name) == "string" and type(value) == "number" and not byName[name] then
				rest[#rest + 1] = name
			end
		end
		table.sort(rest)
		local function put(name)
			local entry = byName[name]
			known[#known + 1] = {
				name = prefix .. name,
				label = entry and entry.label or nil,
				format = entry and entry.fmt or nil,
				percent = entry and entry.pc and true or nil,
				lowerIsBetter = entry and entry.lowerIsBetter and true or nil,
				value = type(values[name]) == "number" and values[name] or 0,
			}
			have[prefix .. name] = true
		end
		for _, name in ipairs(order) do
			if name ~= "SkillDPS" then
				put(name)
			end
		end
		for _, name in ipairs(rest) do
			put(name)
		end
	end
	add("", output, mode.displayStats)
	if type(output.Minion) == "table" then
		add(MINION, output.Minion, mode.minionDisplayStats)
	end
	self.known, self.have = known, have
	return known
end

--- Names that the calculation outputs for some builds or node sets, but not for this build as it is: 0 here.
function stats:others()
	if not self.otherNames then
		self:list()
		self.otherNames, self.isOther = outputNames.others(self.world, self.have)
	end
	return self.otherNames
end

function stats:isKnown(name)
	self:others()
	if self.have[name] or self.isOther[name] or MAIN_ONLY[name] or FULL_DPS[name] then
		return true
	end
	local plain = name:sub(1, #MINION) == MINION and name:sub(#MINION + 1)
	return plain and (self.have[plain] or self.isOther[plain]) or false
end

-- The edit distance of two names, ignoring case.
local function distance(a, b)
	a, b = a:lower(), b:lower()
	local row = {}
	for j = 0, #b do
		row[j] = j
	end
	for i = 1, #a do
		local diagonal = row[0]
		row[0] = i
		for j = 1, #b do
			local above = row[j]
			local cost = a:byte(i) == b:byte(j) and 0 or 1
			row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + cost)
			diagonal = above
		end
	end
	return row[#b]
end

--- The known names nearest to `name`, at most `count`.
function stats:near(name, count)
	local ranked = {}
	for _, entry in ipairs(self:list()) do
		local score = distance(name, entry.name)
		if entry.name:lower():find(name:lower(), 1, true) then
			score = math.min(score, 1.5)
		end
		ranked[#ranked + 1] = { name = entry.name, score = score }
	end
	table.sort(ranked, function(a, b)
		if a.score ~= b.score then
			return a.score < b.score
		end
		return a.name < b.name
	end)
	local names = {}
	for i = 1, math.min(count, #ranked) do
		names[i] = ranked[i].name
	end
	return names
end

-- A plan records how each name is taken, for as long as the same names are asked for.
local function samePlan(plan, names)
	if not plan or plan.count ~= #names then
		return false
	end
	for i = 1, plan.count do
		if plan.names[i] ~= names[i] then
			return false
		end
	end
	return true
end

-- A plan for known names.
local function newPlan(self, names)
	local plan = {
		names = {}, count = #names, minion = {}, mainOnly = {}, sums = false, fullDps = false, estimated = false,
		-- the numbers that it takes
		fields = {},
	}
	local extension = self.world.extension
	-- whether all of them are known before calcs.offence
	local defences = extension ~= nil and #names > 0
	for i = 1, #names do
		local name = names[i]
		plan.names[i] = name
		plan.minion[i] = name:sub(1, #MINION) == MINION and name:sub(#MINION + 1) or false
		plan.fields[i] = plan.minion[i] or name
		plan.mainOnly[i] = MAIN_ONLY[name] or false
		plan.sums = plan.sums or plan.mainOnly[i] ~= false
		plan.fullDps = plan.fullDps or FULL_DPS[name] or false
		plan.estimated = plan.estimated or not extension or extension.isEstimated(plan.fields[i])
		defences = defences and not plan.minion[i] and extension.isDefence(name)
	end
	plan.defences = defences
	-- Names what a row's numbers are, for rows kept in a cache.
	plan.variant = table.concat(plan.names, ",")
	local fields = {}
	for i = 1, plan.count do
		fields[i] = plan.fields[i]
	end
	table.sort(fields)
	plan.id = table.concat(fields, ",")
	return plan
end

--- How to answer the array `names`; raises an error for a name that PoB does not have.
function stats:plan(names)
	if samePlan(self.current, names) then
		return self.current
	end
	for _, name in ipairs(names) do
		if not self:isKnown(name) then
			error("unknown stat '" .. tostring(name) .. "': near " .. table.concat(self:near(tostring(name), 4), ", "), 0)
		end
	end
	self.current = newPlan(self, names)
	return self.current
end

--- Writes the numbers of a finished environment into `result`; what PoB leaves out counts as 0. Sums over modifiers are
-- valid only until another row is calculated, because that marks shared modifiers again.
function stats.take(plan, env, result)
	local output = env.player.output
	local minionOutput = type(output.Minion) == "table" and output.Minion or nil
	local names, minion, mainOnly = plan.names, plan.minion, plan.mainOnly
	for i = 1, plan.count do
		local value
		local query = mainOnly[i]
		if query and output[names[i]] == nil then
			value = env.modDB:Sum(query[1], query[2] and { source = query[2] } or nil, query[3], query[4])
		elseif minion[i] then
			value = minionOutput and minionOutput[minion[i]]
		else
			value = output[names[i]]
		end
		result[names[i]] = type(value) == "number" and value or 0
	end
	return result
end

return stats
