-- Edits of a text by byte positions.

local edits = {}
edits.__index = edits

function edits.new(text)
	return setmetatable({ text = text, list = {}, counts = {} }, edits)
end

---The first and last byte of the operator `op` between two operands, if there is nothing else but parentheses.
function edits.operatorAt(text, e, op)
	local between = text:sub(e.a.to + 1, e.b.from - 1)
	local first, last = between:match("^[%s%)]*()" .. op:gsub("%p", "%%%0") .. "()[%s%(]*$")
	return first and e.a.to + first, first and e.a.to + last - 1
end

---Replaces the bytes `first` to `last` by `by`. `group`: the edits of one rewriting, which are all applied or none.
function edits:replace(group, first, last, by)
	group[#group + 1] = { first = first, last = last, by = by }
end

---Completes a rewriting. One that overlaps another is left for the next round.
function edits:add(name, group)
	for _, edit in ipairs(group) do
		for _, other in ipairs(self.list) do
			if edit.first <= other.last and other.first <= edit.last then
				return
			end
		end
	end
	for _, edit in ipairs(group) do
		self.list[#self.list + 1] = edit
	end
	self.counts[name] = (self.counts[name] or 0) + 1
end

function edits:finish()
	table.sort(self.list, function(a, b)
		return a.first < b.first
	end)
	local pieces, at = {}, 1
	for _, edit in ipairs(self.list) do
		pieces[#pieces + 1] = self.text:sub(at, edit.first - 1)
		pieces[#pieces + 1] = edit.by
		at = edit.last + 1
	end
	pieces[#pieces + 1] = self.text:sub(at)
	return table.concat(pieces), #self.list
end

return edits
