-- Parts that a checkout can be certified for: those that are off because a function, or a statement that reads the tree, is not
-- known but close to a known one. Whether such a part gives the same results as the original is then determined by calculating
-- (src/operations/certify-pob.ts), not by reading: rows of many builds, which together run all new statements.
--
-- What a part derives from the text (`derive`, `agree`, edits) and what the calculation keeps from row to row cannot be
-- certified: a part that lacks these cannot work, or would work only by chance.

local certification = {}

local NONE = {}

---The status of a part.
---@param part table @of the registry
---@param why string|nil @why it is not in use
---@param isWholeKnown boolean
---@return string @known; derived: from the checkout's own text; certified: by calculating; off
function certification.statusOf(part, why, isWholeKnown)
	if why then
		return "off"
	end
	for i in ipairs(part.targets or NONE) do
		if part.near[i] then
			return "certified"
		end
	end
	if part.wholeCalculation and not isWholeKnown then
		return "certified"
	end
	return (part.derive or not part.targets) and "derived" or "known"
end

-- The places that have to be run for a part to be certified; nil and the reason if it cannot be.
local function pointsOf(part, sharedModules, missing)
	local points = {}
	for i, target in ipairs(part.targets or NONE) do
		local near = part.near[i]
		if near and near.points then
			for _, point in ipairs(near.points) do
				points[#points + 1] = { path = target.file, line = point.line, column = point.column, what = target.name }
			end
		elseif not part.found[i] then
			return nil, ("%s is %s"):format(target.name, near and near.why or "gone")
		end
	end
	local why = missing(part, true)
	if why then
		return nil, why
	end
	if part.wholeCalculation then
		why = sharedModules:unknown(true)
		if why then
			return nil, why
		end
		for _, read in ipairs(sharedModules:unknownReads()) do
			read.what = "a read of the tree"
			points[#points + 1] = read
		end
	end
	return points
end

---@param parts table @of the registry
---@param isOff table @part -> why it is not in use
---@param missing function @(part, isCertified): why its own conditions do not hold
---@return table @list of { part, points = list of { path, line, column, what } or nil, why, requires }
function certification.candidates(parts, isOff, sharedModules, missing)
	local list, byName = {}, {}
	for _, part in ipairs(parts) do
		local why = isOff[part]
		if why then
			local points
			if not part.out and not part.why then
				points, why = pointsOf(part, sharedModules, missing)
			end
			local entry = { part = part.name, points = points, why = not points and why or nil, requires = part.requires }
			list[#list + 1], byName[part.name] = entry, entry
		end
	end
	-- Each part that a candidate requires has to be in use or a candidate itself.
	local isChanged
	repeat
		isChanged = false
		for _, entry in ipairs(list) do
			for _, name in ipairs(entry.points and entry.requires or NONE) do
				local other = byName[name]
				if other and not other.points and entry.points then
					entry.points, entry.why, isChanged = nil, ("goes together with %s, which cannot be certified"):format(name), true
				end
			end
		end
	until not isChanged
	return list
end

return certification
