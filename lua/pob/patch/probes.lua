-- Marks in the text of a checkout that show which places a calculation runs through. Certification puts one before each
-- statement that has to be run. Nothing else is changed: no number depends on the marks.

local source = require("pob.patch.source")

local probes = {}

-- The global that marked modules write to.
local NAME = "__pobatchReached"

---@param points table @list of { path, line, column }: where statements begin
---@return table @has the functions that the module host expects; `reached`: number of a point -> true
function probes.new(points)
	local byPath = {}
	for number, point in ipairs(points) do
		byPath[point.path] = byPath[point.path] or {}
		table.insert(byPath[point.path], { line = point.line, column = point.column, number = number })
	end
	for _, list in pairs(byPath) do
		-- Back to front, so that earlier points keep their columns.
		table.sort(list, function(a, b)
			if a.line ~= b.line then
				return a.line > b.line
			elseif a.column ~= b.column then
				return a.column > b.column
			end
			return a.number > b.number
		end)
	end
	local self = { name = NAME, reached = {} }

	function self.transform(path, text)
		local list = byPath[path]
		if not list then
			return nil
		end
		return function()
			local lines = source.lines(text)
			for _, point in ipairs(list) do
				local line = lines[point.line]
				lines[point.line] = ("%s%s[%d]=true; %s"):format(
					line:sub(1, point.column - 1), NAME, point.number, line:sub(point.column))
			end
			return table.concat(lines, "\n")
		end, "probes"
	end

	function self.loaded() end

	function self.kept()
		return nil
	end
	return self
end

return probes
