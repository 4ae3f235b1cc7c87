-- How many stat lines of the tree the parser understands, and which it does not.
local coverage = {}

local function usedBy(code, parsed)
	for _, modifier in ipairs(parsed or {}) do
		if code:applies(modifier) then
			return true
		end
	end
	return false
end

-- Returns lines (distinct), understood, share, occurrences, understoodOccurrences, occurrenceShare, and unknown = { { line,
-- nodes (up to 5), count } }, most frequent first. With a build also `used`: how many of the understood lines change one of
-- this build's stats.
function coverage.report(tree, build)
	local report = { lines = 0, understood = 0, occurrences = 0, understoodOccurrences = 0, unknown = {} }
	local used = 0
	for line, entry in pairs(tree.lines) do
		report.lines = report.lines + 1
		report.occurrences = report.occurrences + entry.count
		if entry.understood then
			report.understood = report.understood + 1
			report.understoodOccurrences = report.understoodOccurrences + entry.count
			if build and usedBy(build.code, entry.parsed) then
				used = used + 1
			end
		else
			local nodes = {}
			for index, id in ipairs(entry.nodes) do
				nodes[index] = id
			end
			report.unknown[#report.unknown + 1] = { line = line, nodes = nodes, count = entry.count }
		end
	end
	table.sort(report.unknown, function(a, b)
		if a.count ~= b.count then
			return a.count > b.count
		end
		return a.line < b.line
	end)
	report.share = report.lines > 0 and report.understood / report.lines or 1
	report.occurrenceShare = report.occurrences > 0 and report.understoodOccurrences / report.occurrences or 1
	if build then
		report.used = used
		report.unknownItemLines = {}
		for index, unknown in ipairs(build.unknownItemLines) do
			report.unknownItemLines[index] = unknown.line
		end
	end
	return report
end

return coverage
