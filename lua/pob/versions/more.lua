-- Known forms of a Path of Building that is not a release: a stand-in for tests, or a modified checkout that someone has
-- compared.

local more = {}

local TABLES = { "functions", "statements", "tree_reads", "state" }

local function merge(known, added)
	for key, value in pairs(added) do
		if type(value) == "table" then
			known[key] = known[key] or {}
			merge(known[key], value)
		else
			known[key] = known[key] or value
		end
	end
end

---Makes these forms known in this state from now on.
---@param versions table @tables of pob.versions by name, as returned by the command `adopt` of scripts/adopt/commands.lua
function more.add(versions)
	for _, name in ipairs(TABLES) do
		merge(require("pob.versions." .. name), versions[name] or {})
	end
end

return more
