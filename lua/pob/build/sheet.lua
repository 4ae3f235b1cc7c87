-- The side bar of PoB's window as data: PoB fills its own list, and this module reads it.

local info = require("pob.build.info")
local opening = require("pob.build.opening")

local sheet = {}

-- The list holds stat lines { label, value }, notes { text, align = }, and spacers without text.
local function read(list, plain)
	local groups, rows = {}, {}
	local function close()
		if #rows > 0 then
			groups[#groups + 1] = { rows = rows }
			rows = {}
		end
	end
	for _, entry in ipairs(list) do
		local left, right = entry[1], entry[2]
		if not left then
			close()
		elseif right then
			rows[#rows + 1] = { label = (plain(left):gsub(":$", "")), value = plain(right) }
		elseif entry.height == 18 then
			close()
			groups[#groups + 1] = { title = (plain(left):gsub(":$", "")), rows = {} }
		else
			rows[#rows + 1] = { note = plain(left) }
		end
	end
	close()
	return groups
end

--- The groups of the side bar, formatted by PoB's own display table, and the warnings. They are of the build or variant that
--- the rows belong to, with `set` allocated; nil: as loaded.
function sheet.of(rows, set, plain)
	return rows:window(set, function(mode)
		opening.refresh(mode)
		return { groups = read(mode.controls.statBox.list, plain), warnings = info.warningLines(mode, plain) }
	end)
end

return sheet
