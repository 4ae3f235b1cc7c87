-- Level, main skill and configuration of a variant, set through the window's own controls; and the list of the configuration's
-- options.

local refuse = require("pob.variant.refuse")

local character = {}

local NUMBERS = { count = true, integer = true, countAllowZero = true, float = true }
-- The name of the window's box for custom modifiers.
local CUSTOM = "customMods"

-- The options of the checkout's configuration, in the window's order, each with its section.
local function optionsOf(world)
	if not world.configOptions then
		local list, byName, section = {}, {}, nil
		for _, option in ipairs(world.env.LoadModule("Modules/ConfigOptions")) do
			if option.section then
				section = option.section
			elseif option.var then
				local entry = { option = option, section = section }
				list[#list + 1], byName[option.var] = entry, entry
			end
		end
		world.configOptions = { list = list, byName = byName }
	end
	return world.configOptions
end

local function valuesOf(option)
	local values = {}
	for i, entry in ipairs(option.list or {}) do
		values[i] = { value = entry.val, label = type(entry.label) == "string" and entry.label or nil }
	end
	return values
end

local function inputOf(tab)
	local set = tab.configSets and tab.configSets[tab.activeConfigSetId]
	return set and set.input or tab.input, set and set.placeholder or tab.placeholder or {}
end

local function typeOf(option)
	if option.type == "check" then
		return "boolean"
	end
	return NUMBERS[option.type] and "number" or option.type == "list" and "list" or "text"
end

local function isShown(control)
	if type(control.shown) ~= "function" then
		return control.shown ~= false
	end
	-- `shown` looks at what the last calculation met. Some of these functions ask for skills that the build does not have, and
	-- fail.
	local ok, shown = pcall(control.shown)
	return ok and shown and true or false
end

--- All options: array of { name, label, section, type, values?, value?, placeholder?, shown }.
function character.options(world, mode, plain)
	local tab, list = mode.configTab, {}
	local input, placeholder = inputOf(tab)
	for _, entry in ipairs(optionsOf(world).list) do
		local option = entry.option
		local control = tab.varControls[option.var]
		if control then
			local value = input[option.var]
			if option.type == "check" then
				value = value and true or false
			elseif option.type == "list" and value == nil and option.list[1] then
				value = option.list[option.defaultIndex or 1].val
			end
			list[#list + 1] = {
				name = option.var,
				label = plain(type(option.label) == "string" and option.label or option.var),
				section = entry.section and plain(entry.section) or nil,
				type = typeOf(option),
				values = option.type == "list" and valuesOf(option) or nil,
				value = value,
				placeholder = placeholder[option.var],
				shown = isShown(control),
			}
		end
	end
	return list
end

--- The options whose values differ from those of a new build, by name.
function character.set(world, mode)
	local input, set = inputOf(mode.configTab), {}
	for _, entry in ipairs(optionsOf(world).list) do
		local option = entry.option
		local value = input[option.var]
		local first = option.defaultState
		if option.type == "list" and option.defaultIndex then
			first = option.list[option.defaultIndex].val
		end
		if value ~= nil and value ~= first and (value or first) and value ~= "" and mode.configTab.varControls[option.var] then
			set[option.var] = value
		end
	end
	return set
end

local function choose(control, option, value, where)
	for index, entry in ipairs(option.list) do
		if entry.val == value then
			control.selIndex = index
			control.selFunc(index, entry)
			return
		end
	end
	local known = {}
	for i, entry in ipairs(option.list) do
		known[i] = tostring(entry.val)
	end
	refuse(where, "there is no value '%s'; there are %s", tostring(value), table.concat(known, ", "))
end

local function setOption(tab, option, entry, where)
	local control, value = tab.varControls[option.var], entry.value
	local wanted = typeOf(option)
	if entry.default then
		if wanted == "boolean" then
			value = option.defaultState and true or false
		elseif wanted == "list" then
			value = option.list[option.defaultIndex or 1].val
		else
			value = option.defaultState or ""
		end
	elseif wanted == "boolean" and type(value) ~= "boolean" then
		refuse(where, "expected true or false but received %s", tostring(value))
	elseif wanted == "number" and type(value) ~= "number" then
		refuse(where, "expected a number but received %s", tostring(value))
	elseif wanted == "text" and type(value) ~= "string" then
		refuse(where, "expected a text but received %s", tostring(value))
	end
	if wanted == "boolean" then
		control.state = value
		control.changeFunc(value)
	elseif wanted == "list" then
		choose(control, option, value, where)
	else
		control:SetText(tostring(value), true)
	end
end

--- Sets options: `change.config` by name, each { value = } or { default = true }.
function character.configure(world, mode, change)
	local byName, names = optionsOf(world).byName, {}
	for name in pairs(change.config) do
		names[#names + 1] = name
	end
	table.sort(names)
	for _, name in ipairs(names) do
		local known = byName[name]
		if not known or not mode.configTab.varControls[name] then
			refuse("config." .. name, "there is no such option")
		end
		setOption(mode.configTab, known.option, change.config[name], "config." .. name)
	end
end

--- Adds lines to the build's custom modifiers. Adds a warning for each line that Path of Building does not understand.
function character.addModifiers(world, mode, change, warnings)
	local tab = mode.configTab
	local control = tab.varControls[CUSTOM]
	if not control then
		refuse("customModifiers", "this Path of Building has no custom modifiers")
	end
	local before = inputOf(tab)[CUSTOM]
	local lines = table.concat(change.customModifiers, "\n")
	control:SetText(before and before ~= "" and before .. "\n" .. lines or lines, true)
	for i, line in ipairs(change.customModifiers) do
		local mods, extra = world.env.modLib.parseMod(line)
		if not mods or extra then
			warnings[#warnings + 1] = {
				code = "UNSUPPORTED_LINE", where = ("customModifiers[%d]"):format(i - 1),
				text = "not supported by Path of Building: " .. line,
			}
		end
	end
end

--- Sets the character's level through its control. A level that followed the points no longer does.
function character.level(mode, change)
	mode.controls.characterLevel:SetText(tostring(change.level), true)
end

-- Finds a skill of a group by name; returns its place in the window's list.
local function skillIn(group, name)
	for index, skill in ipairs(group.displaySkillList or {}) do
		local effect = skill.activeEffect and skill.activeEffect.grantedEffect
		if effect and effect.name == name then
			return index
		end
	end
end

--- Sets the main skill: `change.mainSkill`, { group?, skill? = place or name, part? }.
function character.mainSkill(mode, change)
	local wanted, where = change.mainSkill, "mainSkill"
	local groups = mode.skillsTab.socketGroupList
	local place = wanted.group
	local skill = type(wanted.skill) == "number" and wanted.skill or nil
	if place and not groups[place] then
		refuse(where, "there is no skill group %d: the build has %d", place, #groups)
	elseif not place and type(wanted.skill) ~= "string" then
		place = mode.mainSocketGroup
	end
	if type(wanted.skill) == "string" then
		for i = place or 1, place or #groups do
			skill = skillIn(groups[i], wanted.skill)
			if skill then
				place = i
				break
			end
		end
		if not skill then
			refuse(where, "the build has no skill '%s'", wanted.skill)
		end
	end
	local group = groups[place]
	if skill and group.displaySkillList and not group.displaySkillList[skill] then
		refuse(where, "skill group %d has no skill %d, it has %d", place, skill, #group.displaySkillList)
	end
	mode.controls.mainSocketGroup.selFunc(place)
	if skill then
		mode.controls.mainSkill.selFunc(skill)
	end
	if wanted.part then
		local active = group.displaySkillList and group.displaySkillList[group.mainActiveSkill or 1]
		local parts = active and active.activeEffect.grantedEffect.parts
		if not parts or not parts[wanted.part] then
			refuse(where, "the skill has no part %d", wanted.part)
		end
		mode.controls.mainSkillPart.selFunc(wanted.part)
	end
end

return character
