-- GetStat of Path of Building's modifier stores (Classes/ModStore.lua), watched: records which numbers of the output
-- modifiers ask for ("per ..."). Whatever leaves numbers out (estimations, slices) has to know.

local part = {
	name = "stat_reads",
	targets = {
		{ name = "GetStat", file = "Classes/ModStore.lua", label = "ModStore:GetStat" },
	},
}

function part.ready(_, path)
	return path == "Modules/Calcs.lua"
end

function part.install(shared, env)
	if shared.watchesStats then
		return
	end
	shared.watchesStats = true
	local classes = env.common.classes
	for _, class in ipairs({ classes.ModDB, classes.ModList }) do
		local getStat = class.GetStat
		function class:GetStat(stat, cfg)
			shared.askStat(stat)
			if shared.isEstimated and shared.isEstimated(stat) then
				shared.missed, shared.readsEstimated = shared.missed or shared.unestimated, true
			end
			return getStat(self, stat, cfg)
		end
	end
end

return part
