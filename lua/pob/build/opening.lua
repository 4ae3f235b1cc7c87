--- Opening a build on one of its trees, with the level that belongs to it.
--
-- A build may have several trees. Path of Building opens the active one, or another
-- of the same name, and its window can be switched. A level that follows the points
-- it finds after each calculation, for the next one.

local opening = {}

-- At most so many calculations find a level that follows the points.
local CALCULATIONS = 5

--- The <Spec> elements of a parsed build, in their order.
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

--- Calls `body` while PoB reads each build as if it had been saved with its tree `specIndex` active (nil: as it is). That
-- is what PoB makes of a build which is changed to that tree, saved and loaded again. `note` gets an error where it is
-- raised, and answers it.
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
	-- A load that is stopped from outside may not come here: the state is then opened anew.
	local ok, message = xpcall(body, note)
	xml.ParseXML = parse
	if not ok then
		error(message, 0)
	end
end

--- The tree that a parsed build names as its active one; nil where it names none that it has.
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

--- PoB opens some builds with another tree than `wanted`, the file's active one: where the names of trees, items and skills
-- fit together as a "loadout", it takes the first tree of that name. A warning that says so.
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

--- As by a click on the tree's name, and on what else makes PoB rebuild the paths: until then, what jewels make of the
-- nodes is as it was.
function opening.switchTree(mode, specIndex)
	mode.treeTab:SetActiveSpec(specIndex, true)
	if mode.treeTab.activeSpec ~= specIndex then
		error("expected spec between 1 and " .. #mode.treeTab.specList .. " but received " .. specIndex, 0)
	end
	mode.spec:BuildAllDependsAndPaths()
	mode.buildFlag = true
end

--- Counts points, warns of too many and finds the level of a character whose level follows them. Newer versions do it when
-- they fill the side bar, older ones when they draw it.
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

--- Calculates `mode` anew, as PoB's next frame does when something has changed.
function opening.recalculate(env, mode)
	mode.buildFlag = false
	env.wipeGlobalCache()
	mode.calcsTab:BuildOutput()
	opening.refresh(mode)
end

--- After each calculation PoB finds the level of a character whose level follows its points, for the next one. In another
-- tree's file the first calculation has the level of the tree before: calculates until the level stays.
function opening.settleLevel(env, mode)
	for _ = 1, mode.characterLevelAutoMode and CALCULATIONS or 0 do
		local level = mode.characterLevel
		opening.recalculate(env, mode)
		if mode.characterLevel == level then
			return
		end
	end
end

--- Calls `body` and answers the level with which the numbers were calculated that PoB shows after it. `note` as above.
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
