-- Rows that another state of the engine has calculated (`host.shared`): I26 and I27 in docs/internals/memo.md.

local ffi = require("ffi")
local dependencySet = require("pob.memo.dependency_set")

local sharedMemo = {}
sharedMemo.__index = sharedMemo

local DOUBLE = ffi.sizeof("double")
-- Separators of keys.
local FIELD, LINE = "\t", "\n"

---@param texts table @`host.shared`
---@param build number @identifies the build in all states
---@param id string @identifies what else its rows are calculated with
function sharedMemo.new(texts, build, id)
	return setmetatable({
		texts = texts,
		name = "rows" .. FIELD .. build .. FIELD .. id .. FIELD,
		-- the suffix for descriptions that are valid in this state only
		own = FIELD .. "state " .. texts.serial(),
		step = 0, context = 0,
	}, sharedMemo)
end

---A number for a description of a modifier; nil: the numbers have run out, and from now on nothing is shared.
function sharedMemo:number(text)
	-- Functions, and tables that are not looked into, are described by their address: I26.
	local isOwn = text:find(": 0x", 1, true)
	local number = self.texts.number("modifier" .. FIELD .. text .. (isOwn and self.own or ""))
	self.isOver = self.isOver or not number
	return number
end

local function keyOf(self, step)
	return self.name .. "step " .. step
end

---Whether another state has already taken the next step.
function sharedMemo:isBehind()
	return self.texts.get(keyOf(self, self.step + 1)) ~= nil
end

---The next step of the context: what all states add to it (I27).
---@param added table|nil @of dependency_set.lua: what this state would add; nil: nothing
---@return table @what the state that came first adds
function sharedMemo:agree(added)
	self.step = self.step + 1
	local text = added and added:serialize() or ""
	if not self.texts.put(keyOf(self, self.step), text) then
		text = self.texts.get(keyOf(self, self.step)) or text
	end
	self.context = self.texts.number("context" .. FIELD .. self.context .. LINE .. text)
	self.isOver = self.isOver or not self.context
	return dependencySet.deserialize(text)
end

-- Identifies an environment by the nodes that it was made with.
local function environmentOf(self, environment)
	local id = environment.sharedId
	if not id then
		id = self.texts.number("environment" .. FIELD .. environment.nodesText) or 0
		environment.sharedId = id
		self.isOver = self.isOver or id == 0
	end
	return id
end

local function nameOf(self, environment, key)
	return self.name .. self.context .. FIELD .. environmentOf(self, environment) .. FIELD .. key
end

---The numbers of a row that some state knows, or nil.
function sharedMemo:find(environment, key)
	if self.isOver then
		return nil
	end
	local text = self.texts.get(nameOf(self, environment, key))
	if not text then
		return nil
	end
	local numbers = ffi.new("double[?]", #text / DOUBLE)
	ffi.copy(numbers, text, #text)
	return numbers
end

---Publishes the numbers of a row (double[n]) to the other states.
function sharedMemo:keep(environment, key, numbers)
	if not self.isOver then
		self.texts.put(nameOf(self, environment, key), ffi.string(numbers, ffi.sizeof(numbers)))
	end
end

return sharedMemo
