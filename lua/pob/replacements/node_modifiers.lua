-- calcs.buildModListForNode and buildModListForNodeList of Path of Building's Modules/CalcSetup.lua, for calculator rows.
--
-- The original builds every allocated node's modifiers twice per row, though only a few nodes differ from the row before.
-- Here they are cached per node. A node's list depends on: its own modifiers (compared one by one, because the list around
-- them may be a new one), keystone modifier, type and id, its weapon set, whether it is allocated, the increase for small
-- passives, the "with keystones" switch, the active weapon set, and radius jewels. Nodes inside a jewel's radius always go
-- to the original, and so do keystones and nodes whose modifiers came from a jewel.
--
-- The original also has side effects. It writes the weapon set, as a tag, into the node's own modifiers, which rows and
-- builds share. `tagged` knows which weapon set each of them is currently tagged for, and a cached result is valid only
-- while all of them are tagged for its own. It sets node.grantedSkills and fills env.explodeSources; both are done here
-- with equal contents.
--
-- The list of all nodes is concatenated in the original's order, that of pairs(nodeList), as ModList's AddList does. Nodes
-- that have no modifier raising small passives are not queried for it, since they add nothing to ModList's Sum.
--
-- In mode MAIN the original also leaves each node's list with the node, and what a radius jewel found with the jewel: the
-- window's tooltips show these, and no calculation reads them. Adapting a variant (`shared.isAdapting`) skips that.

local pairs = pairs
local clear = require("table.clear")

local FILE = "Modules/CalcSetup.lua"
local LIST, STORE = "Classes/ModList.lua", "Classes/ModStore.lua"

local part = {
	name = "node_modifiers",
	targets = {
		{ name = "buildModListForNode", file = FILE },
		{ name = "buildModListForNodeList", file = FILE },
		{ name = "AddList", file = LIST, label = "ModList:AddList" },
		{ name = "SumInternal", file = LIST, label = "ModList:SumInternal" },
		{ name = "Sum", file = STORE, label = "ModStore:Sum" },
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

local WEAK = { __mode = "k" }
-- the placeholder for the first modifier of a node without any
local EMPTY = {}

function part.install(shared, env, calcs)
	local buildNode, originalList = calcs.buildModListForNode, calcs.buildModListForNodeList

	-- Its queries are on lists of this one node, so nobody needs them to tell whether other nodes matter.
	local function originalNode(calcEnv, node, increase, withKeystones)
		local asked = shared.asked
		if not asked then
			return buildNode(calcEnv, node, increase, withKeystones)
		end
		shared.listen(nil)
		local list = buildNode(calcEnv, node, increase, withKeystones)
		shared.listen(asked)
		return list
	end

	-- modifier -> weapon set that it is tagged for
	local tagged = shared.tagged or setmetatable({}, WEAK)
	shared.tagged = tagged
	-- node -> its first modifier, or EMPTY -> what is cached for the node with these modifiers
	local kept = setmetatable({}, WEAK)

	local function sameMods(list, other)
		if #list ~= #other then
			return false
		end
		for i = 1, #list do
			if list[i] ~= other[i] then
				return false
			end
		end
		return true
	end

	local function knownOf(node)
		local byFirst = kept[node]
		if not byFirst then
			byFirst = {}
			kept[node] = byFirst
		end
		local own = node.modList
		local known = byFirst[own[1] or EMPTY]
		if known and sameMods(known.mods, own) then
			return known
		end
		known = { mods = {}, raisesSmall = false }
		for i = 1, #own do
			local mod = own[i]
			known.mods[i] = mod
			known.raisesSmall = known.raisesSmall or mod.name == "SmallPassiveSkillEffect"
		end
		byFirst[own[1] or EMPTY] = known
		return known
	end

	-- counts the changes of `tagged`
	local taggings = 0

	local function tag(own, allocMode)
		for i = 1, #own do
			if tagged[own[i]] ~= allocMode then
				tagged[own[i]] = allocMode
				taggings = taggings + 1
			end
		end
	end

	local function isTagged(own, allocMode)
		for i = 1, #own do
			if tagged[own[i]] ~= allocMode then
				return false
			end
		end
		return true
	end

	-- Whether a list may be cached: the original alternately tags and untags a modifier that came from a jewel.
	local function plain(list)
		for i = 1, #list do
			if list[i].parsedLine then
				return false
			end
		end
		return true
	end

	local function inRadius(radiusJewels, id)
		for i = 1, #radiusJewels do
			if radiusJewels[i].nodes[id] then
				return true
			end
		end
		return false
	end

	-- `setting`: of the radius jewels, or nil (radius_jewels.lua).
	local function build(calcEnv, node, known, increase, withKeystones, setting, secondSet)
		local own = node.modList
		local allocMode = node.allocMode
		local id = node.id
		local radiusJewels = calcEnv.radiusJewelList
		if node.keystoneMod or (not setting and #radiusJewels > 0 and (inRadius(radiusJewels, id)
			or not env.GlobalCache.cachedData[calcEnv.mode].radiusJewelData)) then
			tag(own, nil)
			return originalNode(calcEnv, node, increase, withKeystones)
		end
		local isCovered = setting and setting.answerOf[id] ~= nil
		local answers = isCovered and setting:answersOf(known) or known
		local slot = (withKeystones and 1 or 0) + (calcEnv.allocNodes[id] and 2 or 0) + (secondSet and 4 or 0)
			+ 8 * (allocMode or 0)
		local answer = answers[slot]
		if answer and answer.increase == increase and answer.kind == node.type and isTagged(own, allocMode) then
			node.grantedSkills = answer.skills
			if answer.explodes then
				local sources = calcEnv.explodeSources
				sources[#sources + 1] = node
			end
			return answer.list
		end
		local exploding = #calcEnv.explodeSources
		local list
		if isCovered then
			list = setting:around(node, originalNode, calcEnv, node, increase, withKeystones)
		else
			list = originalNode(calcEnv, node, increase, withKeystones)
		end
		tag(own, allocMode)
		if answer and sameMods(answer.list, list) then
			-- Kept environments know the list by its identity.
			list = answer.list
		end
		if isCovered or plain(list) then
			answers[slot] = {
				list = list,
				increase = increase,
				kind = node.type,
				skills = node.grantedSkills,
				explodes = #calcEnv.explodeSources > exploding,
			}
		end
		return list
	end

	local function beginRadius(calcEnv, finishes)
		return calcEnv.radiusJewelList[1] and shared.beginRadius and shared.beginRadius(calcEnv, finishes) or nil
	end

	local function leaveRadius(calcEnv)
		if shared.leaveRadius then
			shared.leaveRadius(calcEnv)
		end
	end

	local function usesSecondSet(calcEnv)
		return calcEnv.build.itemsTab.activeItemSet.useSecondWeaponSet
	end

	local function isForWindow(calcEnv)
		return calcEnv.mode ~= "CALCULATOR" and not (shared.isAdapting and calcEnv.mode == "MAIN")
	end

	function calcs.buildModListForNode(calcEnv, node, increase, withKeystones)
		if isForWindow(calcEnv) then
			leaveRadius(calcEnv)
			tag(node.modList, nil)
			return originalNode(calcEnv, node, increase, withKeystones)
		end
		local setting = beginRadius(calcEnv, false)
		return build(calcEnv, node, knownOf(node), increase, withKeystones, setting, usesSecondSet(calcEnv))
	end

	-- Answers the jewels' setting.
	local function beginJewels(calcEnv, finishes)
		local setting = beginRadius(calcEnv, finishes)
		local radiusJewels = calcEnv.radiusJewelList
		for i = 1, setting and 0 or #radiusJewels do
			local jewel = radiusJewels[i]
			env.wipeTable(jewel.data)
			jewel.data.modSource = "Tree:" .. jewel.nodeId
		end
		return setting
	end

	-- Nodes in a radius that are not allocated: jewels look at them, and nodes that explode are listed.
	local function buildOutside(calcEnv, increase, setting, secondSet)
		for _, node in pairs(calcEnv.extraRadiusNodeList) do
			build(calcEnv, node, knownOf(node), increase, nil, setting, secondSet)
		end
	end

	-- Lets the jewels see `all`, the concatenation of `lists`. Returns the lists that it then consists of, since jewels may
	-- have added some.
	local function finishJewelsOf(calcEnv, lists, all, increase, secondSet)
		buildOutside(calcEnv, increase, nil, secondSet)
		local radiusJewels = calcEnv.radiusJewelList
		for i = 1, #radiusJewels do
			local jewel = radiusJewels[i]
			jewel.func(nil, all, jewel.data)
		end
		local n, added = 0, {}
		for k = 1, #lists do
			local list = lists[k]
			for i = 1, #list do
				if all[n + i] ~= list[i] then
					return { all }
				end
			end
			n = n + #list
		end
		for i = n + 1, #all do
			added[i - n] = all[i]
		end
		if added[1] then
			lists[#lists + 1] = added
		end
		return lists
	end

	-- The list that was concatenated last, and its inputs. FullDPS asks for it again for each further skill, while nodes and
	-- jewels have not changed. Always the same table: see binding/luajit/nursery.h on variables of old functions.
	local last = {}

	-- The modifiers of `lists`, concatenated.
	local function joined(lists)
		local all, n = env.new("ModList"), 0
		-- If `new` does not call the constructor, it is a method with the name of its class.
		all = all.ModList and all:ModList() or all
		for k = 1, #lists do
			local list = lists[k]
			for i = 1, #list do
				all[n + i] = list[i]
			end
			n = n + #list
		end
		return all
	end

	-- `all` may be nil: it is concatenated on demand.
	local function remember(calcEnv, nodeList, lists, all)
		last.nodes, last.lists, last.all = nodeList, lists, all
		last.taggings, last.secondSet = taggings, usesSecondSet(calcEnv)
		last.jewels, last.jewelCount = calcEnv.radiusJewelList, #calcEnv.radiusJewelList
		last.outside, last.jewelData = calcEnv.extraRadiusNodeList, env.GlobalCache.cachedData[calcEnv.mode].radiusJewelData
	end

	-- Nodes that explode are listed each time.
	local function isLast(calcEnv, nodeList)
		return last.nodes == nodeList and last.taggings == taggings and #calcEnv.explodeSources == 0
			and last.secondSet == usesSecondSet(calcEnv) and last.jewels == calcEnv.radiusJewelList
			and last.jewelCount == #calcEnv.radiusJewelList and last.outside == calcEnv.extraRadiusNodeList
			and last.jewelData == env.GlobalCache.cachedData[calcEnv.mode].radiusJewelData
	end

	-- Nodes change in place between rows.
	shared.hooks:beforeRow(part.name, function()
		clear(last)
		shared.isAdapting = false
	end)

	function calcs.buildModListForNodeList(calcEnv, nodeList, finishJewels, withKeystones)
		if isForWindow(calcEnv) then
			leaveRadius(calcEnv)
			return originalList(calcEnv, nodeList, finishJewels, withKeystones)
		elseif finishJewels and not withKeystones and isLast(calcEnv, nodeList) then
			last.all = last.all or joined(last.lists)
			shared.nodeLists = last.lists
			return last.all
		end
		local setting = beginJewels(calcEnv, finishJewels)
		local increase = 0
		local knowns, count = {}, 0
		for _, node in pairs(nodeList) do
			local known = knownOf(node)
			count = count + 1
			knowns[count] = known
			if known.raisesSmall then
				increase = increase + node.modList:Sum("INC", nil, "SmallPassiveSkillEffect")
			end
		end
		count = 0
		local secondSet = usesSecondSet(calcEnv)
		local lists = {}
		for _, node in pairs(nodeList) do
			count = count + 1
			lists[count] = build(calcEnv, node, knowns[count], increase, withKeystones, setting, secondSet)
		end
		local all = joined(lists)
		if finishJewels then
			if setting then
				buildOutside(calcEnv, increase, setting, secondSet)
			else
				lists = finishJewelsOf(calcEnv, lists, all, increase, secondSet)
			end
			if not withKeystones then
				remember(calcEnv, nodeList, lists, all)
			end
			shared.nodeLists = lists
		end
		return all
	end

	-- `covering`: the setting of the jewels whose radius contains the node, or nil.
	local function record(records, node, list, isAsked, covering)
		local asked
		for i = 1, #list do
			if isAsked(list[i]) then
				asked = asked or {}
				asked[#asked + 1] = list[i]
			end
		end
		local own = node.modList
		local entry = {
			own = own, count = #own, allocMode = node.allocMode, kind = node.type, taggings = taggings,
			list = list, asked = asked or false, covering = covering,
		}
		records[node] = entry
		return entry
	end

	-- The same, finished, for nodes most of which `records` has from earlier calls with the same `increase`: as long as a
	-- node has the same list of modifiers, and no tag was changed, it brings what it brought. Returns the lists that make up
	-- the whole list. Appends the modifiers that `isAsked` lets in to `sequence`. `setting`: of the radius jewels, where the
	-- tree is calm or settled; nil: that is not known.
	function shared.listNodes(calcEnv, nodeList, increase, records, isAsked, sequence, setting)
		local radiusJewels, cached = calcEnv.radiusJewelList, env.GlobalCache.cachedData[calcEnv.mode]
		if setting then
			setting:place(cached)
		else
			setting = beginJewels(calcEnv, true)
		end
		local isUnknown = not setting and #radiusJewels > 0
		local secondSet = usesSecondSet(calcEnv)
		local lists, n = {}, 0
		local asked = #sequence
		for id, node in pairs(nodeList) do
			local entry = records[node]
			local own = node.modList
			local list, ofList
			local covering = setting and setting.answerOf[id] and setting or nil
			if entry and entry.own == own and entry.count == #own and entry.allocMode == node.allocMode
				and entry.kind == node.type and (entry.taggings == taggings or isTagged(own, entry.allocMode))
				and entry.covering == covering
				and not (isUnknown and (inRadius(radiusJewels, id) or not cached.radiusJewelData)) then
				list, ofList = entry.list, entry.asked
			else
				list = build(calcEnv, node, knownOf(node), increase, nil, setting, secondSet)
				ofList = record(records, node, list, isAsked, covering).asked
			end
			n = n + 1
			lists[n] = list
			for i = 1, ofList and #ofList or 0 do
				asked = asked + 1
				sequence[asked] = ofList[i]
			end
		end
		local all
		if setting then
			buildOutside(calcEnv, increase, setting, secondSet)
		elseif isUnknown or next(calcEnv.extraRadiusNodeList) then
			all = joined(lists)
			local count = #all
			lists = finishJewelsOf(calcEnv, lists, all, increase, secondSet)
			for i = count + 1, #all do
				if isAsked(all[i]) then
					asked = asked + 1
					sequence[asked] = all[i]
				end
			end
		end
		remember(calcEnv, nodeList, lists, all)
		return lists
	end
end

return part
