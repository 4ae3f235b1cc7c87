-- The tree's segment of a modifier store: the modifiers of the allocated nodes, which are contiguous in each name's list.
-- Knows them as they were in a kept environment, and replaces them with those of a row's nodes, in the row's order: I7 in
-- docs/internals/memo.md.

local next = next

local treeSegment = {}
treeSegment.__index = treeSegment

---@param mods table @name -> list of the store
---@param before table @name -> how many modifiers precede the tree's, or nil
---@param lists table @list of the modifier lists of each node, in order
---@return table|nil @nil if the segment is not contiguous
function treeSegment.new(mods, before, lists)
	local self = setmetatable({
		before = before, own = lists,
		-- own list -> its place, and its place in a row
		placeOf = {}, at = {},
		-- name -> the modifiers of the nodes; the list that each belongs to; all modifiers of the store
		segments = {}, places = {}, lists = {},
	}, treeSegment)
	for place, list in ipairs(lists) do
		self.placeOf[list] = place
		for _, mod in ipairs(list) do
			local name = mod.name
			if not self.segments[name] then
				self.segments[name], self.places[name] = {}, {}
			end
			table.insert(self.segments[name], mod)
			table.insert(self.places[name], place)
		end
	end
	for name, list in next, mods do
		self.lists[name] = {}
		for i = 1, #list do
			self.lists[name][i] = list[i]
		end
	end
	for name, segment in next, self.segments do
		for i = 1, #segment do
			if not self.lists[name] or self.lists[name][(before[name] or 0) + i] ~= segment[i] then
				return nil
			end
		end
	end
	return self
end

local NOTHING = {}

-- Records which modifiers are inserted at a place, by name, and after how many of the own lists each comes.
local function come(changed, list, place)
	for i = 1, #list do
		local mod = list[i]
		local coming = changed[mod.name]
		if not coming or coming == NOTHING then
			coming = {}
			changed[mod.name] = coming
		end
		coming[#coming + 1], coming[#coming + 2] = mod, place
	end
end

local function go(changed, list)
	for i = 1, #list do
		changed[list[i].name] = changed[list[i].name] or NOTHING
	end
end

local function note(names, list)
	for i = 1, #list do
		names[list[i].name] = true
	end
end

-- The row's modifiers of a name: the own ones whose list is not `gone`, merged with the new ones.
local function merged(segment, places, gone, coming)
	local list, n, at = {}, 0, 1
	for i = 1, #segment do
		local place = places[i]
		while coming[at] and coming[at + 1] < place do
			n = n + 1
			list[n] = coming[at]
			at = at + 2
		end
		if not gone[place] then
			n = n + 1
			list[n] = segment[i]
		end
	end
	while coming[at] do
		n = n + 1
		list[n] = coming[at]
		at = at + 2
	end
	return list
end

---Replaces the segment with the modifiers of `lists`.
---@param mods table @name -> list of a store, as it was when the segment was made: gets other lists
---@param lists table @list of those that each of a row's nodes brings
---@return table|nil @for names where they may differ, name -> the row's modifiers
---@return table|nil @names where the difference is more than the order
function treeSegment:exchange(mods, lists)
	local segments, own, placeOf, at = self.segments, self.own, self.placeOf, self.at
	local count, ownCount = #lists, #own
	-- Lists that both have, in the same order, make no difference to names that appear in no other list.
	local changed, others, gone, following, i = {}, {}, {}, 1, 1
	while lists[i] ~= nil and lists[i] == own[following] do
		i, following = i + 1, following + 1
	end
	for k = i, count do
		if placeOf[lists[k]] then
			at[lists[k]] = k
		end
	end
	while i <= count or following <= ownCount do
		local list, other = lists[i], own[following]
		if list == other then
			i, following = i + 1, following + 1
		else
			local place, otherAt = list and placeOf[list], other and at[other]
			local isLeft = otherAt and otherAt > i and lists[otherAt] == other
			-- If two lists changed places, the one that moved further counts as moved.
			local isFurther = isLeft and place and place > following and otherAt - i > place - following
			if other and (not list or not isLeft or isFurther) then
				go(changed, other)
				if not otherAt or lists[otherAt] ~= other then
					note(others, other)
				end
				gone[following] = true
				following = following + 1
			else
				come(changed, list, following - 1)
				if not place then
					note(others, list)
				end
				i = i + 1
			end
		end
	end
	if not next(changed) then
		return nil
	end
	for name, coming in next, changed do
		local list = merged(segments[name] or NOTHING, self.places[name], gone, coming)
		changed[name] = list
		local whole, before = self.lists[name], self.before[name] or 0
		local count = #list
		local fresh, n = {}, 0
		for i = 1, before do
			n = n + 1
			fresh[n] = whole[i]
		end
		for i = 1, count do
			n = n + 1
			fresh[n] = list[i]
		end
		for i = before + (segments[name] and #segments[name] or 0) + 1, whole and #whole or 0 do
			n = n + 1
			fresh[n] = whole[i]
		end
		mods[name] = n > 0 and fresh or nil
	end
	return changed, others
end

return treeSegment
