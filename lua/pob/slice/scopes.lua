-- Names and jumps of a program while it is parsed: which variable a name refers to, which must not be assigned or
-- redeclared, and where jumps may go. It follows LuaJIT (var_new and gola_resolve in lj_parse.c), so that it rejects what
-- LuaJIT rejects.
--
-- A block: { parent, isLoop, first = number of its function's variables when it begins, labels = name -> number of
-- variables at the label, jumps = list of { name, count = variables in scope }, to labels not yet seen }.

local scopes = {}

-- The name of the place that `continue` jumps to.
local CONTINUE = {}

---Begins a block.
function scopes.open(lex, isLoop)
	lex.scope = setmetatable({}, { __index = lex.scope })
	lex.place = { parent = lex.place, isLoop = isLoop, first = lex.count, labels = {}, jumps = {} }
end

---Ends a block.
function scopes.close(lex)
	local place = lex.place
	lex.scope = getmetatable(lex.scope).__index
	for _, jump in ipairs(place.jumps) do
		if jump.name == CONTINUE and place.isLoop or place.labels[jump.name] then
			-- It jumps to a label in this block.
		elseif not place.parent then
			lex:fail("undefined label '" .. jump.name .. "'")
		else
			table.insert(place.parent.jumps, { name = jump.name, count = place.first })
		end
	end
	lex.place, lex.count = place.parent, place.first
end

---Begins a function; returns what `closeFunction` takes.
function scopes.openFunction(lex, isVararg)
	local around = { place = lex.place, count = lex.count, isVararg = lex.isVararg }
	lex.place, lex.count, lex.isVararg = nil, 0, isVararg
	scopes.open(lex)
	return around
end

function scopes.closeFunction(lex, around)
	scopes.close(lex)
	lex.place, lex.count, lex.isVararg = around.place, around.count, around.isVararg
end

---Rejects the name of a constant for another variable.
function scopes.checkNew(lex, name)
	local variable = lex.scope[name]
	if variable and variable.isConst then
		lex:fail("attempt to re-declare const variable '" .. name .. "'")
	end
end

---Declares a variable that is in scope from here on; `checkNew` must have been called.
function scopes.declare(lex, name, isConst)
	local variable = { name = name, isConst = isConst or nil }
	lex.scope[name] = variable
	lex.count = lex.count + 1
	return variable
end

---The expression that a name stands for.
function scopes.expressionOf(lex, name)
	local variable = lex.scope[name]
	return variable and { k = "local", v = variable, name = name } or { k = "global", v = name, name = name }
end

---Rejects a constant as the target of an assignment.
function scopes.checkTarget(lex, e)
	if e.k == "local" and e.v.isConst then
		lex:fail("attempt to assign to const variable '" .. e.name .. "'")
	end
end

local function isInLoop(lex)
	local place = lex.place
	while place and not place.isLoop do
		place = place.parent
	end
	return place ~= nil
end

---A jump to a label, "break" or "continue".
function scopes.jump(lex, kind, name)
	if kind == "goto" then
		table.insert(lex.place.jumps, { name = name, count = lex.count })
	elseif not isInLoop(lex) then
		lex:fail("no loop to " .. kind)
	elseif kind == "continue" then
		table.insert(lex.place.jumps, { name = CONTINUE, count = lex.count })
	end
end

-- Resolves the jumps of the block, and of those nested in it, that wait for the label `name`, where `count` variables are
-- in scope.
local function resolve(lex, name, count)
	local rest = {}
	for _, jump in ipairs(lex.place.jumps) do
		if jump.name ~= name then
			rest[#rest + 1] = jump
		elseif jump.count < count then
			lex:fail((name == CONTINUE and "continue" or "goto " .. name) .. " jumps into the scope of a local variable")
		end
	end
	lex.place.jumps = rest
end

---A label, before it is known whether a statement follows it in its block.
function scopes.label(lex, name)
	if lex.place.labels[name] then
		lex:fail("duplicate label '" .. name .. "'")
	end
	lex.place.labels[name] = true
end

---Places the labels at one position; at the end of a block, none of the block's variables count.
function scopes.placeLabels(lex, names, isEnd)
	for i = #names, 1, -1 do
		resolve(lex, names[i], isEnd and lex.place.first or lex.count)
	end
end

---The condition of `repeat`, which `continue` jumps to, sees all variables of the body.
function scopes.placeContinue(lex)
	resolve(lex, CONTINUE, lex.count)
end

-- This code runs only once or a few times: compiling it would cost more than running it.
jit.off(true, true)

return scopes
