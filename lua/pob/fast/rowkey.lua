-- The key of a row for the cache (rows.lua): nodes whose order or self shows in order,
-- all else as the difference of two multisets, the row's and that of the build's own
-- nodes. The functions here are methods of the cache.

local rowkey = {}

local function count(counts, identity, step)
	local free = identity.free
	for i = 1, #free do
		counts[free[i]] = (counts[free[i]] or 0) + step
	end
end

function rowkey:key(nodes, size, rest, variant)
	local identities, base = self.identities, self.base
	local out, n = {}, 0
	local counts, met = {}, {}
	local rounded
	for i = 0, size - 1 do
		local inexact = identities[nodes[i]].inexact
		for k = 1, inexact and #inexact or 0 do
			rounded = rounded or {}
			self:spread(rounded, inexact[k])
		end
	end
	for i = 0, size - 1 do
		local identity = identities[nodes[i]]
		if identity.sequence then
			n = n + 1
			out[n] = identity.sequence
		end
		-- what rounds in this row shows the order of all that is summed with it
		for k = 1, rounded and #identity.names or 0 do
			if rounded[identity.names[k]] then
				n = n + 1
				out[n] = identity.free[k] .. "!"
			end
		end
		local id = identity.node.id
		if base[id] == identity then
			met[id] = true
		else
			count(counts, identity, 1)
		end
	end
	for id, identity in pairs(base) do
		if not met[id] then
			count(counts, identity, -1)
		end
	end
	local numbers, m = {}, 0
	for number, times in pairs(counts) do
		if times ~= 0 then
			m = m + 1
			numbers[m] = number
		end
	end
	table.sort(numbers)
	for i = 1, m do
		n = n + 1
		out[n] = numbers[i] .. "*" .. counts[numbers[i]]
	end
	local byName = self.asked.asked.BASE or {}
	local counters = (byName["Multiplier:AllocatedNotable"] and rest.notables or "") .. ";"
		.. (byName["Multiplier:AllocatedConnectedNotable"] and rest.smith or "") .. ";" .. rest.others
	return variant .. ";" .. counters .. ";" .. table.concat(out, ",", 1, n)
end

return rowkey
