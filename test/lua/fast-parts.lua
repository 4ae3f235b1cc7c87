-- Path of Building's replacements without Path of Building: what they make of a module's text.
local host = ...
local fast, source

return {
	name = "fast-parts",
	version = "1",
	open = function(options)
		package.path = options.lua .. "/?.lua;" .. options.lua .. "/?/init.lua;" .. package.path
		fast, source = require("pob.fast"), require("pob.fast.source")
	end,
	load = function()
		return {}, {}
	end,
	stats = function()
		return { "Nothing" }
	end,
	Calculate = function()
		return { Nothing = 0 }
	end,
	commands = {
		-- The text that would be compiled instead, and what is said of each function.
		transform = function(_, args)
			local extension = fast.attach(host)
			local text = extension.transform(args.path, args.text)
			extension.loaded(args.path, { common = {} })
			return { text = text or "as it is", report = extension.report() }
		end,
		-- What `text` returns (a list of texts), as it is and as it would be compiled instead; and the latter's lines.
		compose = function(_, args)
			local extension = fast.attach(host)
			local env = setmetatable({ common = {} }, { __index = _G })
			extension.loaded("Modules/Common.lua", env)
			local edited = extension.transform("Modules/CalcOffence.lua", args.text)
			local function run(text)
				return setfenv(assert(loadstring(text)), env)()
			end
			return { original = run(args.text), edited = run(edited or args.text), lines = source.lines(edited or args.text) }
		end,
		-- The line of the function of `lines` lines whose text has the hash of lines first..last of `known`.
		find = function(_, args)
			local known = source.lines(args.known)
			local hash = source.hash(known, args.first, args.last)
			local lines = source.lines(args.text)
			return source.find(lines, assert(loadstring(args.text)), args.last - args.first + 1, hash) or 0
		end,
		-- What the replacement of modLib.formatFlags answers where the original is `describe`, and how often that was called.
		flagNames = function(_, args)
			local calls, out = 0, {}
			local function describe(flags, names)
				calls = calls + 1
				return flags .. " of " .. names[1]
			end
			local env = { modLib = { formatFlags = describe } }
			require("pob.fast.flagnames").install({}, env)
			local tables = { { "mods" }, { "keywords" } }
			for i, ask in ipairs(args.asks) do
				out[i] = env.modLib.formatFlags(ask[1], tables[ask[2]])
			end
			return { texts = out, calls = calls, failed = not pcall(env.modLib.formatFlags, nil, tables[1]) }
		end,
		-- Whether the two values that a text of Lua returns are alike.
		alike = function(_, args)
			local alike = require("pob.fast.alike")
			local out = {}
			for i, text in ipairs(args.texts) do
				local one, other, taken = assert(loadstring(text))()
				out[i] = alike.compare(one, other, taken or {})
			end
			return out
		end,
		-- Queries to a store whose first modifiers are `base`, and to one that has `base` in its parent: for each query the
		-- two answers as texts, and whether it was seen to mix.
		base = function(_, args)
			local env = {
				AND64 = bit.band,
				MatchKeywordFlags = function(flags, modFlags)
					return bit.band(flags, modFlags) ~= 0
				end,
				round = function(value, places)
					local power = 10 ^ places
					return math.floor(value * power + 0.5) / power
				end,
				data = { highPrecisionMods = { Damage = { MORE = 3 } } },
			}
			local class, shared = {}, {}
			class.__index = class
			function class:EvalMod(mod, _, limits)
				assert(limits or mod.type == "FLAG" or mod.type == "LIST" or mod.type == "OVERRIDE")
				return mod[1].passes and mod.value or nil
			end
			for _, name in ipairs({ "Sum", "More", "Override", "List", "Tabulate", "ReplaceMod", "ConvertMod" }) do
				class[name .. "Internal"] = function()
					return "original"
				end
			end
			require("pob.fast.querydb").install(class, shared, env)
			local basestore = require("pob.fast.basestore")
			local arm = basestore.install(class, shared, env)
			local function storeOf(parent, ...)
				local store = setmetatable({ mods = {}, parent = parent }, class)
				for i = 1, select("#", ...) do
					store:AddList((select(i, ...)))
				end
				return store
			end
			for _, list in ipairs({ args.base, args.rest }) do
				for _, mod in ipairs(list) do
					mod[1], mod.tag = mod.tag, nil
				end
			end
			local parent = storeOf(nil, args.base)
			local whole, split = storeOf(nil, args.base, args.rest), storeOf(parent, args.rest)
			local base = basestore.of(parent.mods)
			if not base then
				return { refused = true }
			end
			arm(whole, base)
			local function text(value)
				if type(value) ~= "table" then
					return type(value) == "number" and ("%.17g"):format(value) or tostring(value)
				end
				local parts = {}
				for i, item in ipairs(value) do
					parts[i] = text(type(item) == "table" and item.value or item)
				end
				return table.concat(parts, ",")
			end
			local function ask(store, query)
				local kind, flags, names = query.kind, query.flags, query.names
				if kind == "MORE" and #names == 1 then
					return store:pobatchMoreOne(store, nil, flags, 0, nil, names[1])
				elseif kind == "MORE" then
					return store:pobatchMore(store, nil, flags, 0, nil, #names, unpack(names))
				elseif kind == "OVERRIDE" then
					return store:pobatchOverride(store, nil, flags, 0, nil, names[1])
				elseif kind == "FLAG" then
					return store:pobatchFlag(store, nil, flags, 0, nil, names[1]) or false
				elseif kind == "LIST" or query.tabulate then
					local result = {}
					if kind == "LIST" then
						store:pobatchList(store, result, nil, flags, 0, nil, names[1])
					else
						store:pobatchTabulate(store, result, kind, nil, flags, 0, nil, names[1])
					end
					return result
				elseif #names == 1 then
					return store:pobatchSumOne(store, kind, nil, flags, 0, nil, names[1])
				end
				return store:pobatchSum(store, kind, nil, flags, 0, nil, unpack(names))
			end
			local out = {}
			for i, query in ipairs(args.queries) do
				shared.guarding, shared.mixed = true, false
				local one = ask(whole, query)
				local mixed = shared.mixed
				shared.guarding = false
				out[i] = { whole = text(one), split = text(ask(split, query)), mixed = mixed or false }
			end
			-- What exchanges a modifier does so in the store itself, or in the parent.
			shared.guarding, shared.mixed = true, false
			local name = args.base[1] and args.base[1].name or "?"
			whole:ReplaceModInternal({ name = name })
			local replaced = shared.mixed
			shared.mixed = false
			whole:ConvertModInternal(name, { name = "other" })
			return { answers = out, replaced = replaced, converted = shared.mixed }
		end,
		-- For each text: what the replacement of the parser's search answers, what all matches put in order answer, and
		-- how many patterns were tried.
		search = function(_, args)
			local patterns, shared = require("pob.fast.patterns"), {}
			require("pob.fast.parsing").install(shared)
			local list = {}
			for i, pattern in ipairs(args.patterns) do
				list[pattern] = "value " .. i
			end
			local index = patterns.index(list, args.plain)
			local function joined(value, rest, captures)
				local parts = { tostring(value), rest }
				for _, capture in ipairs(captures or {}) do
					parts[#parts + 1] = tostring(capture)
				end
				return table.concat(parts, "|")
			end
			local out = {}
			for i, text in ipairs(args.texts) do
				local matches = {}
				for pattern in pairs(list) do
					local found = { text:lower():find(pattern, 1, args.plain) }
					if found[1] then
						matches[#matches + 1] = { pattern = pattern, first = found[1], last = found[2], captures = { unpack(found, 3, 7) } }
					end
				end
				table.sort(matches, function(a, b)
					if a.first ~= b.first then
						return a.first < b.first
					elseif a.last ~= b.last then
						return a.last > b.last
					elseif #a.pattern ~= #b.pattern then
						return #a.pattern > #b.pattern
					end
					return a.pattern < b.pattern
				end)
				local best = matches[1]
				local narrowed = {}
				for pattern, value in shared.narrowed(text:lower())(list) do
					narrowed[pattern] = value == list[pattern] or nil
				end
				local lost = 0
				for _, match in ipairs(args.plain and {} or matches) do
					lost = lost + (narrowed[match.pattern] and 0 or 1)
				end
				local _, tried = patterns.candidates(index, text:lower())
				out[i] = {
					answer = joined(shared.scan(text, list, args.plain)),
					wanted = best and joined(list[best.pattern], text:sub(1, best.first - 1) .. text:sub(best.last + 1), best.captures)
						or joined(nil, text),
					matches = #matches,
					lost = lost,
					tried = tried,
				}
			end
			return out
		end,
	},
}
