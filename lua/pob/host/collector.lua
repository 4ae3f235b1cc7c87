-- Decides when a state's garbage is collected.
--
-- There are three kinds of collection, from cheap to expensive:
--   * `sweep` of host.nursery: only what rows and loads have created since the last collection, some 20 ms;
--   * `settle`: everything, at a suitable moment, 200 ms and more;
--   * LuaJIT's own collector, at any moment, if the heap would otherwise grow beyond its bound.
--
-- Nothing is collected while Path of Building starts and loads the first build. After that, the live objects are only marked
-- (100 ms), so that new objects can be told from them. The garbage of the start is freed by the first full collection, once
-- rows have gone on for a while.
--
-- `living` is the size of the live objects in MB, as far as it is known: what lived at the last full collection, plus what was
-- found alive of the builds loaded since, minus the builds closed since. All limits are relative to it.

local collector = {}
collector.__index = collector

-- How much garbage a state may have, all in MB:
--   bound     above `living`: the heap size at which LuaJIT's own collector steps in
--   garbage   above `living`: the heap size at which rows have everything collected. A full collection marks all live objects,
--             so it is delayed until enough rows or loads have shared its cost.
--   nursery   rows have their own objects collected each time that these reach this size
--   sweeps    how many sweeps come before the garbage of the start is collected as well: a short run ends before
-- With few states, speed matters; with many, the sum of their memory does.
local ROOMY = { bound = 130, garbage = 120, nursery = 16, sweeps = 40 }
local TIGHT = { bound = 20, garbage = 16, nursery = 8, sweeps = math.huge }
local MANY_STATES = 5

-- What loading a build usually needs, garbage included, in MB; and what each further tree of it needs.
local LOADING, EACH_TREE = 64, 16

-- The share of what a sweep leaves of a build, or of what was created while nothing was collected, that is assumed to live. The
-- rest may be garbage that only a full collection finds.
local SURE = 0.75

local function used()
	return collectgarbage("count") / 1024
end

--- states: how many the engine has, in this process or in processes of one state each.
function collector.new(nursery, states)
	local isTight = states >= MANY_STATES
	return setmetatable({
		nursery = nursery,
		isTight = isTight,
		room = isTight and TIGHT or ROOMY,
		living = 0,
		-- the number of full collections
		collections = 0,
		-- the heap size after the last collection
		left = 0,
		-- builds that no collection has seen yet
		fresh = {},
		isSettled = false,
		-- whether nothing has been collected or marked yet; and the heap size after Path of Building had started
		isNew = true,
		started = 0,
		-- the number of sweeps since the live objects were only marked; nil: the last such collection was a full one
		sweeps = nil,
		-- the heap size at which rows have garbage collected
		collectAt = 0,
	}, collector)
end

-- The heap size in MB at which LuaJIT's own collector steps in.
local function bound(self)
	return (self.isNew and self.started or self.living) + self.room.bound
end

-- Keeps LuaJIT's own collector idle while the heap is within the bound.
local function rest(self)
	self.nursery.rest(1024 * bound(self), 1024 * self.room.bound)
end

local function plan(self)
	self.collectAt = (self.isSettled or self.isNew) and used() + self.room.nursery or self.living + self.room.garbage
end

-- After a full collection, whatever started it, the size of the live objects is known again.
local function take(self)
	local lived, collections = self.nursery.lived()
	if collections == self.collections then
		return
	end
	self.living, self.left, self.collections = lived / 1024, lived / 1024, collections
	self.isNew, self.sweeps = false, nil
	for build in pairs(self.fresh) do
		-- The build is part of what lives, and is no larger than the growth from loading it.
		build.size, self.fresh[build] = build.grown, nil
	end
end

local function settle(self)
	-- This fails if a memory limit leaves no room for the collector's own work. The next attempt may succeed.
	if pcall(self.nursery.settle) then
		take(self)
		self.isSettled = true
		rest(self)
	end
end

-- Marks the existing objects, to tell later ones from them. Nothing is freed.
local function mark(self)
	self.isSettled, self.isNew = pcall(self.nursery.settle, true), false
	self.left, self.sweeps = used(), 0
	for build in pairs(self.fresh) do
		build.size, build.foundAt, self.fresh[build] = build.grown, self.collections, nil
		self.living = self.living + SURE * build.size
	end
	rest(self)
end

-- Does nothing if LuaJIT's own collector has run since the last collection.
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
		-- No other objects of this size are created between two sweeps and stay.
		build.size, build.foundAt = math.max(0, now - self.left) * build.grown / grown, self.collections
		self.living = self.living + SURE * build.size
		self.fresh[build] = nil
	end
	self.left = now
	rest(self)
end

--- To be called before Path of Building starts. Nearly everything that the start creates stays, so nothing is collected. With
--- many states, LuaJIT's own collector may step in.
function collector:beforeStart()
	-- A collection is short while the heap is still empty, and it ends the current cycle.
	collectgarbage()
	if self.isTight then
		rest(self)
	else
		collectgarbage("stop")
	end
end

--- To be called after Path of Building has started.
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

--- To be called after each row, and before each command.
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

--- To be called before a build with this many trees is loaded. Nothing is collected during the load while the heap is within
--- the bound.
function collector:beginLoad(trees)
	sweep(self)
	if used() + LOADING + EACH_TREE * (trees - 1) > bound(self) then
		settle(self)
	end
	self.before = used()
end

--- To be called after a build was loaded.
function collector:endLoad(build)
	take(self)
	build.grown = math.max(1, used() - self.before)
	self.fresh[build] = true
	if self.isTight then
		settle(self)
	end
	plan(self)
end

--- To be called after a build was closed and taken apart. If no collection has seen the build yet, the next sweep frees what is
--- left of it. Otherwise it stays until the next full collection, but no longer counts as living.
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
