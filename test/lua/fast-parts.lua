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
