-- Names that texts and modifiers of Path of Building mention: outputs and flags that are read, modifiers that may be asked
-- for, and stats that tags name.

local names = {}

-- How a text reads outputs and flags by name: after `.` or `?.`, with the table possibly in parentheses.
local READS = {
	"utput%)?%s*%??%.%s*([%a_][%w_]*)",
	"utput%??%.[MOm][%a]+%)?%s*%??%.%s*([%a_][%w_]*)",
	"utput%)?%s*%??%.?%s*%[%s*[\"']([^\"'\n]+)[\"']",
	"[fF]lags%)?%s*%??%.%s*([%a_][%w_]*)",
	"[fF]lags%)?%s*%??%.?%s*%[%s*[\"']([^\"'\n]+)[\"']",
}

---Adds the outputs and flags that a text reads by name to `reads`.
function names.findReads(text, reads)
	for _, pattern in ipairs(READS) do
		for name in text:gmatch(pattern) do
			reads[name] = true
		end
	end
end

---Adds the string literals in a text to `found`.
function names.findTexts(text, found)
	for _, pattern in ipairs({ '"([^"\n]+)"', "'([^'\n]+)'" }) do
		for name in text:gmatch(pattern) do
			found[name] = true
		end
	end
end

---The text of calcs.calcFullDPS, or the whole text if the function is not written in the usual way.
function names.fullDpsOf(text)
	local first = text:find("function calcs.calcFullDPS", 1, true)
	return first and text:sub(first, (text:find("\nend", first, true))) or text
end

---Adds the stats that tags of the tree's modifiers name to `stats`.
function names.findStats(mode, stats)
	for _, node in pairs(mode.spec.nodes) do
		for _, mod in ipairs(node.modList or {}) do
			for _, tag in ipairs(mod) do
				for _, key in ipairs({ "stat", "thresholdStat", "limitStat" }) do
					if type(tag[key]) == "string" then
						stats[tag[key]] = true
					end
				end
				for _, stat in ipairs(tag.statList or {}) do
					stats[stat] = true
				end
			end
		end
	end
end

---Adds the stats that tags in a text name ("per ...", "at least ...") to `stats`: tags of the modifiers that the text
---makes.
function names.findTagStats(text, stats)
	local at = text:find("tat", 1, true)
	while at do
		local list = text:match("^tatList%s*=%s*(%b{})", at)
		if list then
			names.findTexts(list, stats)
		else
			local stat = text:match("^tat%s*=%s*[\"']([^\"'\n]+)[\"']", at)
			if stat then
				stats[stat] = true
			end
		end
		at = text:find("tat", at + 1, true)
	end
end

return names
