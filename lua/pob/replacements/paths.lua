-- PassiveSpec:BuildPathFromNode of Path of Building's Classes/PassiveSpec.lua: the shortest path from one allocated node to
-- all nodes that are nearer to it than to any other. Loading a build runs it a hundred times for each of the six times that
-- the tree is rebuilt.
--
-- The results are equal because nodes are visited in the original's order and the same ones are updated, by the same rules;
-- only the cheapest test comes first. A path overwrites the old one and is then truncated, where the original empties it
-- and fills it again.

local part = {
	name = "paths",
	targets = {
		{ name = "BuildPathFromNode", file = "Classes/PassiveSpec.lua" },
		{ name = "CanPathThroughAllocMode", file = "Classes/PassiveSpec.lua" },
		-- It empties a path.
		{ name = "wipeTable", file = "Modules/Common.lua" },
	},
}

function part.ready(_, path)
	return path == "Classes/PassiveSpec.lua"
end

local function isUnlocked(nodes, node)
	local constraint = node.unlockConstraint
	for _, id in ipairs(constraint and constraint.nodes or {}) do
		if not nodes[id].alloc then
			return false
		end
	end
	return true
end

-- `path` with `first` before it, written into `target`.
local function prepend(first, path, target)
	target = target or {}
	local length = #path
	target[1] = first
	for i = 1, length do
		target[i + 1] = path[i]
	end
	for i = length + 2, #target do
		target[i] = nil
	end
	return target
end

-- Loading a build is not compiled as a rule (see pob.build.builds), but rebuilding the tree is: it pays off over six times
-- some thousand nodes, 80 ms of each first load.
local function compileRebuilding(class)
	local rebuild = class.BuildAllDependsAndPaths
	function class:BuildAllDependsAndPaths()
		local isOn = jit.status()
		jit.on()
		rebuild(self)
		if not isOn then
			jit.off()
		end
	end
end

function part.install(_, env)
	local class = env.common.classes.PassiveSpec
	compileRebuilding(class)
	-- Since 0.16, paths go only through allocated nodes of their own weapon set, and know their root.
	local hasModes = class.CanPathThroughAllocMode ~= nil

	function class:BuildPathFromNode(root)
		root.pathDist = 0
		root.path = {}
		root.pathRoot = hasModes and root or nil
		local nodes, allocMode = self.nodes, root.allocMode or 0
		local queue, out, last = { root }, 1, 1
		while out <= last do
			local node = queue[out]
			out = out + 1
			if node.type ~= "Mastery" and isUnlocked(nodes, node) then
				local distance, ascendancy, linked = node.pathDist, node.ascendancyName, node.linked
				for i = 1, #linked do
					local other = linked[i]
					if other.pathDist > distance
						and other.type ~= "ClassStart"
						and other.type ~= "AscendClassStart"
						and (ascendancy == other.ascendancyName or (distance == 0 and not other.ascendancyName))
						and (not hasModes or not other.alloc or self:CanPathThroughAllocMode(allocMode, other))
						and isUnlocked(nodes, other)
					then
						other.pathDist = other.alloc and distance or distance + 1
						other.path = prepend(other, node.path, other.path)
						other.pathRoot = hasModes and root or nil
						last = last + 1
						queue[last] = other
					end
				end
			end
		end
	end
end

return part
