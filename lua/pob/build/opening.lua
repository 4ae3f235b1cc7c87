-- Opens a build on one of its trees, with the level that belongs to that tree.
--
-- A build may have several trees. Path of Building opens the active one, or another one of the same name, and its window can
-- switch between them. If the level follows the points, PoB determines it after each calculation, for use in the next one.

local opening = {}

-- The most calculations that it takes to settle a level that follows the points.
local CALCULATIONS = 5

--- The <Spec> elements of a parsed build, in order.
function opening.specsOf(root)
	local specs = {}
	for _, section in ipairs(root) do
		for _, spec in ipairs(type(section) == "table" and section.elem == "Tree" and section or {}) do
			if type(spec) == "table" and spec.elem == "Spec" then
				specs[#specs + 1] = spec
			end
		end
	end
	return specs
end

--- Calls `body` while PoB reads each build as if it had been saved with its tree `specIndex` active (nil: unchanged). The
--- result is the same as switching the build to that tree in PoB, saving it and loading it again. `note` is called with an
--- error where it is raised, and returns it.
function opening.withTree(env, specIndex, body, note)
	if not specIndex then
		return body()
	end
	local xml = env.common.xml
	local parse = xml.ParseXML
	xml.ParseXML = function(...)
		local root, message = parse(...)
		for _, section in ipairs(root and root[1] or {}) do
			if type(section) == "table" and section.elem == "Tree" then
				section.attrib.activeSpec = tostring(specIndex)
			end
		end
		return root, message
	end
	-- A load that is stopped from outside may not get here; the state is then opened again.
	local ok, message = xpcall(body, note)
	xml.ParseXML = parse
	if not ok then
		error(message, 0)
	end
end

--- The tree that a parsed build names as active; nil if it names none, or one that it does not have.
function opening.activeSpec(root)
	local active
	for _, section in ipairs(root) do
		if type(section) == "table" and section.elem == "Tree" then
			active = tonumber(section.attrib.activeSpec)
		end
	end
	local specs = opening.specsOf(root)
	return active and specs[active] and active or nil
end

--- A warning if PoB opens a build on another tree than `wanted`, the active one of the file. PoB does so where the names of
--- trees, items and skills match as a "loadout": it takes the first tree of that name.
function opening.otherTree(treeTab, wanted)
	local opened = treeTab.activeSpec
	if not wanted or opened == wanted then
		return nil
	end
	return {
		code = "OTHER_TREE", where = "tree " .. wanted,
		text = ("Path of Building opens a build saved with this tree on tree %d, which has the same name"):format(opened),
	}
end

--- Does what a click on the tree's name does, and then has PoB rebuild the paths: until then, the nodes keep what jewels made
--- of them in the earlier tree.
function opening.switchTree(mode, specIndex)
	mode.treeTab:SetActiveSpec(specIndex, true)
	if mode.treeTab.activeSpec ~= specIndex then
		error("expected spec between 1 and " .. #mode.treeTab.specList .. " but received " .. specIndex, 0)
	end
	mode.spec:BuildAllDependsAndPaths()
	mode.buildFlag = true
end

--- Counts points, warns of too many, and determines the level of a character whose level follows them. Newer versions do this
--- when they fill the side bar, older ones when they draw it.
function opening.countPoints(mode)
	if mode.EstimatePlayerProgress then
		mode:EstimatePlayerProgress()
	end
end

--- Fills PoB's side bar.
function opening.refresh(mode)
	mode:RefreshStatList()
	opening.countPoints(mode)
end

--- Recalculates `mode`, as PoB's next frame does after a change.
function opening.recalculate(env, mode)
	mode.buildFlag = false
	env.wipeGlobalCache()
	mode.calcsTab:BuildOutput()
	opening.refresh(mode)
end

--- After each calculation, PoB determines the level of a character whose level follows its points, for use in the next one.
--- After a switch to another tree, the first calculation uses the level of the old tree, so this recalculates until the level
--- stays the same.
function opening.settleLevel(env, mode)
	for _ = 1, mode.characterLevelAutoMode and CALCULATIONS or 0 do
		local level = mode.characterLevel
		opening.recalculate(env, mode)
		if mode.characterLevel == level then
			return
		end
	end
end

--- Calls `body` and returns the level for which PoB calculated the numbers that it shows afterwards. `note` as above.
function opening.levelShown(mode, body, note)
	local refresh, level = mode.RefreshStatList, nil
	function mode.RefreshStatList(...)
		level = mode.characterLevel
		return refresh(...)
	end
	local ok, message = xpcall(body, note)
	mode.RefreshStatList = refresh
	if not ok then
		error(message, 0)
	end
	return level or mode.characterLevel
end

return opening
