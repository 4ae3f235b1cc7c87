--- When a state's garbage is collected.
--
-- Three collections, from cheap to dear: what rows and loads have made since the last one, alone (host.nursery's `sweep`,
-- some 20 ms); everything, at a moment that suits (`settle`, 200 ms and more); and LuaJIT's own, at any moment, where
-- all else would let the heap grow beyond its bound. Nothing is collected while Path of Building starts and loads the first
-- build; what lives then is only marked (100 ms), so that the young can be told from it, and what does not goes with the
-- first full collection, which comes once rows have gone on for a while.
--
-- `living` is what lives, in MB, as far as it is known: what lived at the last full collection, what was found alive of
-- the builds loaded since, without the builds closed since. Everything is measured against it.

local collector = {}
collector.__index = collector

-- How much garbage a state may have, all in MB:
--   bound     on top of what lives, where LuaJIT's own collector steps in
--   garbage   on top of what lives, where rows have everything collected. A collection marks all that lives, so that is
--             put off until there are enough rows or loads to pay for it.
--   nursery   rows have what they made collected each time that it is this much
--   sweeps    so many times the young alone are collected before the garbage of the start goes, too: a short run ends before
-- Few states take what saves time; where there are many, their sum counts.
local ROOMY = { bound = 130, garbage = 120, nursery = 16, sweeps = 40 }
local TIGHT = { bound = 20, garbage = 16, nursery = 8, sweeps = math.huge }
local MANY_STATES = 5

-- What loading a build takes as a rule, garbage included, in MB; and what each further tree of it takes.
local LOADING, EACH_TREE = 64, 16

-- Of what a sweep leaves of a build, or of what was made while nothing was collected, how much is sure to live: the rest may
-- be garbage that only a full collection finds.
local SURE = 0.75

local function used()
	return collectgarbage("count") / 1024
end

--- states: how many the engine has, in this process or one each.
function collector.new(nursery, states)
	local isTight = states >= MANY_STATES
	return setmetatable({
		nursery = nursery,
		isTight = isTight,
		room = isTight and TIGHT or ROOMY,
		living = 0,
		-- full ones
		collections = 0,
		-- what the last collection left
		left = 0,
		-- builds that no collection has found alive yet
		fresh = {},
		isSettled = false,
		-- nothing was collected or marked yet; what there was once Path of Building had started
		isNew = true,
		started = 0,
		-- how often the young were collected since what lives was only marked; nil: the last collection was a full one
		sweeps = nil,
		-- where rows have garbage collected
		collectAt = 0,
	}, collector)
end

-- Where LuaJIT's own collector steps in, in MB.
local function bound(self)
	return (self.isNew and self.started or self.living) + self.room.bound
end

-- LuaJIT's own collector rests while the heap is in bounds.
local function rest(self)
	self.nursery.rest(1024 * bound(self), 1024 * self.room.bound)
end

local function plan(self)
	self.collectAt = (self.isSettled or self.isNew) and used() + self.room.nursery or self.living + self.room.garbage
end

-- After a full collection, whoever set it going, what lives is known anew.
local function take(self)
	local lived, collections = self.nursery.lived()
	if collections == self.collections then
		return
	end
	self.living, self.left, self.collections = lived / 1024, lived / 1024, collections
	self.isNew, self.sweeps = false, nil
	for build in pairs(self.fresh) do
		-- It is among what lives, with no more than loading it took.
		build.size, self.fresh[build] = build.grown, nil
	end
end

local function settle(self)
	-- It fails where a memory limit leaves no room for its own work; the next one may not.
	if pcall(self.nursery.settle) then
		take(self)
		self.isSettled = true
		rest(self)
	end
end

-- Tells what is there from the young to come; nothing is freed.
local function mark(self)
	self.isSettled, self.isNew = pcall(self.nursery.settle, true), false
	self.left, self.sweeps = used(), 0
	for build in pairs(self.fresh) do
		build.size, build.foundAt, self.fresh[build] = build.grown, self.collections, nil
		self.living = self.living + SURE * build.size
	end
	rest(self)
end

-- Nothing is done where LuaJIT's own collector has run since the last collection.
local function sweep(self)
	take(self)
	self.isSettled = self.nursery.sweep()
	if not self.isSettled then
		return
	end
	local now, grown = used(), 0
	for build in pairs(self.fresh) do
		grown = grown + build.grown
	end
	for build in pairs(self.fresh) do
		-- Nothing else that is as large is made between two sweeps and stays.
		build.size, build.foundAt = math.max(0, now - self.left) * build.grown / grown, self.collections
		self.living = self.living + SURE * build.size
		self.fresh[build] = nil
	end
	self.left = now
	rest(self)
end

--- Before Path of Building starts: nearly all that it makes stays. Where memory is tight LuaJIT's own collector steps in.
function collector:beforeStart()
	-- Before anything is there, a collection is short, and it ends the cycle at work.
	collectgarbage()
	if self.isTight then
		rest(self)
	else
		collectgarbage("stop")
	end
end

--- Once Path of Building has started.
function collector:start()
	if self.isTight then
		settle(self)
		plan(self)
		return
	end
	self.started = used()
	self.living, self.collections = SURE * self.started, 0
	rest(self)
	plan(self)
end

--- After each row, and before each command.
function collector:step()
	if used() < self.collectAt then
		return
	end
	take(self)
	if self.isNew and used() < bound(self) then
		mark(self)
	elseif used() > self.living + self.room.garbage or self.sweeps == self.room.sweeps then
		settle(self)
	else
		sweep(self)
		self.sweeps = self.sweeps and self.sweeps + 1
	end
	plan(self)
end

--- Before a build is loaded that has so many trees. Meanwhile nothing is collected while the heap is in bounds.
function collector:beginLoad(trees)
	sweep(self)
	if used() + LOADING + EACH_TREE * (trees - 1) > bound(self) then
		settle(self)
	end
	self.before = used()
end

--- After a build was loaded.
function collector:endLoad(build)
	take(self)
	build.grown = math.max(1, used() - self.before)
	self.fresh[build] = true
	if self.isTight then
		settle(self)
	end
	plan(self)
end

--- After a build was closed and taken apart: if it is fresh, what is left of it goes with the next sweep; else it stays
--- until everything is collected, and is none of what lives.
function collector:forget(build)
	take(self)
	if self.fresh[build] then
		self.fresh[build] = nil
	elseif build.size then
		self.living = self.living - build.size * (build.foundAt == self.collections and SURE or 1)
		rest(self)
	end
	if used() > bound(self) then
		settle(self)
		plan(self)
	end
end

return collector
