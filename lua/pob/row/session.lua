--- What a row changes, in the build and in how Path of Building calculates, from `begin` to `commit` or `rollback`.
--
-- One session is open at a time. Both ends restore everything. `commit` also lets the memo record the row's numbers;
-- `rollback` discards the row. A row that is stopped from outside (time limit, memory limit, closing) reaches neither; then
-- the session stays open, and the next `begin` rolls it back.

local session = {}
session.__index = session

---@param world table
---@param mode table @Path of Building's object of the build
---@param allocation table @of pob.tree.allocation
---@param adaptation table @of pob.row.adaptation
function session.new(world, mode, allocation, adaptation)
	return setmetatable({
		world = world,
		extension = world.extension,
		mode = mode,
		allocation = allocation,
		adaptation = adaptation,
		isOpen = false,
		-- pobatch.Strategy of the open session, once it is known
		strategy = nil,
		-- the rest of what the window shows, while it is shown another output
		window = nil,
	}, session)
end

function session:begin()
	if self.isOpen then
		self:rollback()
	end
	self.isOpen = true
end

--- From now on Path of Building calculates as `strategy` says.
---@param strategy pobatch.Strategy
function session:use(strategy)
	self.strategy = strategy
	if strategy.slice then
		self.extension.slices:use(strategy.slice)
	end
	if strategy.mode == "MAIN" then
		self.adaptation:save()
	end
	self.world.env.wipeGlobalCache()
	if self.extension then
		self.extension.hooks:begin(strategy)
	end
end

--- From now on the build may be changed as mode MAIN does, and its calculations tab may have another output.
function session:useWindow()
	local mode, tab = self.mode, self.mode.calcsTab
	self.window = {
		env = tab.mainEnv, output = tab.mainOutput, autoLevel = mode.characterLevelAutoMode, level = mode.characterLevel,
	}
	self.adaptation:save()
	self.world.env.wipeGlobalCache()
end

--- Calculates `calcEnv`, except for what the strategy leaves out.
---@return boolean @false: a modifier depends on the estimations, which were left out
function session:perform(calcs, calcEnv)
	if self.extension then
		return self.extension.hooks:calculate(calcs, self.strategy, calcEnv)
	end
	calcs.perform(calcEnv)
	return true
end

local function putBack(self)
	local window = self.window
	if window then
		local mode, tab = self.mode, self.mode.calcsTab
		tab.mainEnv, tab.mainOutput = window.env, window.output
		mode.characterLevelAutoMode, mode.characterLevel = window.autoLevel, window.level
		self.window = nil
	end
	if self.extension then
		self.extension.hooks:begin(nil)
		self.extension.slices:use(nil)
	end
	self.adaptation:restore()
	self.allocation:restore()
	self.strategy = nil
	self.isOpen = false
end

--- The row has its numbers.
---@param note function|nil @lets the memo record them; it may raise an error, in which case the session is still open
function session:commit(note, ...)
	if self.strategy.slice then
		-- What fails from now on is not the slice's fault.
		self.extension.slices:use(nil)
	end
	if note then
		note(...)
	end
	putBack(self)
end

--- Discards the row. Harmless if no session is open.
function session:rollback()
	putBack(self)
end

return session
