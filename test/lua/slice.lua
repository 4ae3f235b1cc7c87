-- The slicer without Path of Building: small programs in its style, whole and sliced.
local emitter = require("pob.slice.emitter")
local facts = require("pob.slice.effects")
local liveness = require("pob.slice.liveness")

-- A modifier store: given sums, by name.
local function newStore(values)
	local db = { values = {}, conditions = {}, asked = {} }
	for name, value in pairs(values) do
		db.values[name] = value
	end
	function db:Sum(_, _, ...)
		local sum = 0
		for _, name in ipairs({ ... }) do
			self.asked[name] = true
			sum = sum + (self.values[name] or 0)
		end
		return sum
	end
	function db:Flag(_, name)
		self.asked[name] = true
		return (self.values[name] or 0) ~= 0
	end
	function db:NewMod(name, _, value)
		self.values[name] = (self.values[name] or 0) + (value == true and 1 or value)
	end
	return db
end

-- What calcs.perform writes, which modifiers it asked for, and whether it read something that was left out, or failed for the
-- lack of it. In both cases a row is calculated again, in full.
local function run(text, values, isLeftOut)
	local calcs, missed = {}, false
	local env = setmetatable({
		__pobatch = {
			read = function(output, name)
				local value = output[name]
				missed = missed or value == nil and isLeftOut(name)
				return value
			end,
			watch = function(output, name)
				missed = missed or output[name] == nil and isLeftOut(name)
				return name
			end,
		},
	}, { __index = _G })
	setfenv(assert(loadstring(text, "=program")), env)(calcs)
	local world = { mode = "CALCULATOR", player = { output = {}, modDB = newStore(values) } }
	if isLeftOut then
		missed = not pcall(calcs.perform, world) or missed
	else
		calcs.perform(world)
	end
	local output = {}
	for name, value in pairs(world.player.output) do
		output[name] = type(value) == "number" and value or tostring(value)
	end
	return { output = output, asked = world.player.modDB.asked, missed = missed }
end

return {
	-- A program, and its slice for `fields`: the texts, and what each writes with `values`; and the names of variables that hold
	-- an output although they are not named like one.
	slice = function(_, args)
		local program = facts.new({ data = args.data or {} })
		program:add(args.text, "program.lua")
		program:finish()
		local found = liveness.of(program, {
			fields = args.fields, modifiers = args.modifiers or {}, functions = { "calcs.perform" }, without = args.without or {},
			states = args.states,
		})
		local text, isLeftOut = emitter.sliced(program.files[1], found), liveness.isLeftOut(found.leftOut)
		local leftOut = {}
		for _, name in ipairs(args.look or {}) do
			leftOut[name] = isLeftOut(name)
		end
		return {
			text = text, leftOut = leftOut, aliases = program.aliases, whole = run(args.text, args.values or {}),
			slice = run(text, args.values or {}, isLeftOut),
		}
	end,
	-- Raises the parser's error.
	parse = function(_, args)
		require("pob.slice.parser").parse(args.text, "program.lua")
		return true
	end,
}
