-- The description of a loaded build: character, tree, points, jewels, and PoB's warnings.

local topology = require("pob.tree.topology")

local info = {}

local ATTRIBUTE = { Strength = 1, Dexterity = 2, Intelligence = 3 }

-- The stats that a player looks at first; those that PoB lists for the build are used.
local FIRST_STATS = {
	"FullDPS", "CombinedDPS", "TotalDPS", "Speed", "TotalEHP", "Life", "EnergyShield", "Mana", "Armour", "Evasion",
	"FireResist", "ColdResist", "LightningResist", "ChaosResist",
}

local function sortedIds(nodes)
	local ids = {}
	for id in pairs(nodes) do
		ids[#ids + 1] = id
	end
	table.sort(ids)
	return ids
end

-- The attribute that an allocated "+5 to any Attribute" node gives; 0: none is chosen.
local function attributeOf(spec, node)
	local override = node.isAttribute and spec.hashOverrides[node.id]
	return override and ATTRIBUTE[override.dn] or 0
end

-- The passive points that a character of this level has, counting quests as the window does; nil if this version of Path of
-- Building does not tell. The window derives the level from the points; this is the inverse.
local function available(mode)
	local acts, last = mode.acts, mode.maxActs
	if type(acts) ~= "table" or type(last) ~= "number" or last < 1 then
		return nil
	end
	local act = 1
	while act < last and mode.characterLevel > acts[act + 1].level do
		act = act + 1
	end
	local output = mode.calcsTab.mainOutput
	return mode.characterLevel - 1 + acts[act].questPoints + (output and output.ExtraPoints or 0)
end

local function mainSkill(mode)
	local env = mode.calcsTab.mainEnv
	local skill = env and env.player.mainSkill
	local effect = skill and skill.activeEffect
	return effect and effect.grantedEffect and effect.grantedEffect.name or nil
end

local function jewels(mode)
	local spec, list = mode.spec, {}
	for _, id in ipairs(sortedIds(spec.jewels)) do
		local item = mode.itemsTab.items[spec.jewels[id]]
		if item then
			list[#list + 1] = { node = id, name = item.name, allocated = spec.allocNodes[id] ~= nil }
		end
	end
	return list
end

-- Nodes inside the radius of an allocated jewel. There they may do something other than their text says.
local function nearJewels(mode)
	local spec, near = mode.spec, {}
	for id, itemId in pairs(spec.jewels) do
		local item, socket = mode.itemsTab.items[itemId], spec.nodes[id]
		local radius = spec.allocNodes[id] and item and item.jewelRadiusIndex
		for other in pairs(radius and socket and socket.nodesInRadius and socket.nodesInRadius[radius] or {}) do
			near[other] = true
		end
	end
	return sortedIds(near)
end

-- Item lines that PoB's parser does not understand, each once.
local function unreadItemLines(mode)
	local warnings, seen = {}, {}
	for _, id in ipairs(mode.itemsTab.itemOrderList or {}) do
		local item = mode.itemsTab.items[id]
		for _, field in ipairs({ "enchantModLines", "runeModLines", "implicitModLines", "explicitModLines" }) do
			for _, line in ipairs(item and item[field] or {}) do
				if line.extra and line.line and not seen[line.line] then
					seen[line.line] = true
					warnings[#warnings + 1] = {
						code = "UNSUPPORTED_ITEM_LINE", where = item.name or "item " .. id,
						text = "not supported by Path of Building: " .. line.line,
					}
				end
			end
		end
	end
	return warnings
end

local function firstStats(stats)
	local names, known = {}, {}
	for _, entry in ipairs(stats:list()) do
		known[entry.name] = true
	end
	for _, name in ipairs(FIRST_STATS) do
		if known[name] then
			names[#names + 1] = name
		end
	end
	return #names > 0 and names or nil
end

--- PoB's own warnings of the side bar, as plain text.
function info.warningLines(mode, plain)
	local texts = {}
	for _, line in pairs(mode.controls.warnings and mode.controls.warnings.lines or {}) do
		if type(line) == "string" then
			texts[#texts + 1] = plain(line)
		end
	end
	return texts
end

-- Warnings of one kind from texts.
local function warningsOf(code, texts)
	local warnings = {}
	for i, text in ipairs(texts) do
		warnings[i] = { code = code, where = "build", text = text }
	end
	return warnings
end

--- The info of a build that the contract asks for. `found`: the result of pob.build.unstable_stats.
function info.of(build, plain, found)
	local mode = build.mode
	local spec = mode.spec
	local ids = sortedIds(spec.allocNodes)
	local attributes, weaponSets = {}, {}
	for i, id in ipairs(ids) do
		local node = spec.allocNodes[id]
		attributes[i] = attributeOf(spec, node)
		weaponSets[i] = node.allocMode or 0
	end
	local used, ascendancyUsed, _, sockets, set1, set2 = spec:CountAllocNodes()
	local warnings = {}
	for _, list in ipairs({
		{ build.otherTree }, warningsOf("POB_MESSAGE", build.prompts), build.lost,
		warningsOf("POB_WARNING", info.warningLines(mode, plain)),
		found.warnings, unreadItemLines(mode),
	}) do
		for _, warning in ipairs(list) do
			warnings[#warnings + 1] = warning
		end
	end
	return {
		class = spec.curClassName,
		ascendancy = spec.curAscendClassId ~= 0 and spec.curAscendClassName or nil,
		level = mode.characterLevel,
		treeVersion = spec.treeVersion,
		mainSkill = mainSkill(mode),
		points = {
			normal = used, ascendancy = ascendancyUsed, weaponSet1 = set1, weaponSet2 = set2, sockets = sockets,
			available = available(mode),
		},
		activeSpec = mode.treeTab.activeSpec,
		specs = #mode.treeTab.specList,
		allocated = ids,
		attributes = attributes,
		weaponSets = weaponSets,
		starts = topology.starts(mode),
		free = topology.free(mode),
		jewels = jewels(mode),
		nearJewels = nearJewels(mode),
		warnings = warnings,
		unstableStats = found.unstable,
		defaultStats = firstStats(build.rows.stats),
		otherStats = build.rows.stats:others(),
	}
end

return info
