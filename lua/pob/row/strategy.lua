--- How a row is calculated: what it reuses from earlier rows, and what it leaves out. docs/internals/rows.md shows the
-- choice.
--
-- A row is attempted with the cheapest strategy first. An attempt that turns out to need something that its strategy left
-- out gives the reason, and the next attempt goes without that shortcut. Each reason can come once, so a row takes at most
-- four attempts.

local strategies = {}

---@class pobatch.Strategy
---@field mode "CALCULATOR"|"MAIN" @the mode of Path of Building. MAIN adapts the build first
---@field isClicked boolean @the window's own functions allocated the nodes
---@field environments table|nil @the environments that earlier rows left
---@field memo table|nil @of pob.memo.results
---@field cache table|nil @the memo's cache for the slice
---@field slice table|nil @what the calculation is reduced to
---@field estimations boolean @whether the estimations are calculated
---@field defences boolean @whether calcs.offence may be left out
---@field isDefended boolean|nil @it was left out
---@field firstSkill boolean @whether the calculation may stand for that of the first skill of FullDPS
---@field single table|nil @for that: what initEnv returned, if no environment is kept

--- Why an attempt failed, and what the next one does differently.
strategies.REASONS = {
	-- The slice left out a number that was asked for, or failed: use neither slice nor memo.
	missed = "missed",
	-- A modifier asks for an estimation: calculate the estimations.
	estimates = "estimates",
	-- Mode MAIN would adapt the build: use mode MAIN.
	adapts = "adapts",
}

--- The strategy for the nodes that are currently allocated.
---@param row table @of pob.row.evaluator
---@param plan table|nil @of pob.row.stats; nil: everything is calculated
---@param memo table|nil @nil: rows are neither looked up nor recorded
---@param reasons table|nil @reason -> true, of earlier attempts at this row
---@return pobatch.Strategy
function strategies.choose(row, plan, memo, reasons)
	local allocation, extension = row.allocation, row.world.extension
	local isClicked = allocation.isClicked or false
	local mustAdapt = allocation.losesWeaponRule or reasons and reasons.adapts
	local strategy = {
		mode = mustAdapt and "MAIN" or "CALCULATOR",
		isClicked = isClicked,
		estimations = not plan or plan.estimated or row.needsEstimations[plan.variant] or false,
		defences = false,
		firstSkill = false,
	}
	-- Rows that are clicked reuse nothing from earlier rows, which were not clicked.
	if mustAdapt or isClicked then
		return strategy
	end
	strategy.environments = row.environments
	if plan then
		strategy.defences = plan.defences
		strategy.firstSkill = plan.fullDps and not plan.sums and (row.environments or row.plainRows) ~= nil
			and extension ~= nil and extension.isActive("first_skill")
	end
	if not (reasons and reasons.missed) then
		local mayLeaveOut = row.environments or row.plainRows and extension
		if plan and not plan.sums and mayLeaveOut and not row.isUnsliced then
			strategy.slice = extension.slices:of(plan, row.mode)
		end
		strategy.memo = memo
		strategy.cache = memo and memo:use(strategy.slice)
	end
	return strategy
end

return strategies
