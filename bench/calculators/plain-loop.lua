-- Another calculator as it is, plus the command `loop`: a plain loop over node sets inside this state, with the same
-- `Calculate`, nothing of pobatch around it. It is what a batch is measured against.
local ffi = require("ffi")
local bit = require("bit")
local band, rshift = bit.band, bit.rshift

local host = ...
local inner
local source
local current
local kept = {}

-- The sets in the form that a Lua program would keep them in: a table each, as `Calculate` takes it.
local function tables(words, offsets)
	local sets = {}
	for row = 1, #offsets - 1 do
		local set = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }
		for index = offsets[row] + 1, offsets[row + 1] do
			local word = words[index]
			if band(word, 0x100000) ~= 0 then
				set.removeCount = set.removeCount + 1
				set.remove[set.removeCount] = band(word, 0xffff)
			else
				local count = set.addCount + 1
				set.addCount = count
				set.add[count] = band(word, 0xffff)
				set.addAttribute[count] = band(rshift(word, 16), 3)
				set.addWeaponSet[count] = band(rshift(word, 18), 3)
			end
		end
		sets[row] = set
	end
	return sets
end

local function loopTables(build, sets, stats, results)
	local Calculate, width = inner.Calculate, #stats
	for row = 1, #sets do
		local answer = Calculate(build, sets[row], stats)
		for index = 1, width do
			results[(row - 1) * width + index - 1] = answer[stats[index]]
		end
	end
end

-- The same sets as FFI arrays, unpacked into one reused table: the form in which they reach a state from outside.
local function loopArrays(build, arrays, stats, results)
	local Calculate, width = inner.Calculate, #stats
	local words, offsets = arrays.words, arrays.offsets
	local set = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }
	for row = 0, arrays.count - 1 do
		local added, removed = 0, 0
		for index = offsets[row], offsets[row + 1] - 1 do
			local word = words[index]
			if band(word, 0x100000) ~= 0 then
				removed = removed + 1
				set.remove[removed] = band(word, 0xffff)
			else
				added = added + 1
				set.add[added] = band(word, 0xffff)
				set.addAttribute[added] = band(rshift(word, 16), 3)
				set.addWeaponSet[added] = band(rshift(word, 18), 3)
			end
		end
		set.addCount, set.removeCount = added, removed
		local answer = Calculate(build, set, stats)
		for index = 1, width do
			results[row * width + index - 1] = answer[stats[index]]
		end
	end
end

local loops = { tables = loopTables, arrays = loopArrays }

return {
	name = "plain-loop",
	version = "1",
	open = function(options)
		package.path = options.packagePath
		inner = assert(loadfile(options.calculator))(host)
		source = options.source
		if inner.open then
			inner.open(options.options)
		end
	end,
	load = function(text)
		local build, info = inner.load(source or text)
		current = build
		return build, info
	end,
	stats = function(build)
		return inner.stats(build)
	end,
	Calculate = function(build, set, stats)
		return inner.Calculate(build, set, stats)
	end,
	commands = {
		-- { words, offsets }: canonical deltas, kept for `loop`.
		keep = function(_, args)
			local words, offsets = args.words, args.offsets
			kept.tables = tables(words, offsets)
			kept.arrays = {
				words = ffi.new("uint32_t[?]", #words, words),
				offsets = ffi.new("uint32_t[?]", #offsets, offsets),
				count = #offsets - 1,
			}
		end,
		-- { over = "tables"|"arrays", stats } -> { seconds, results of the last stat summed }
		loop = function(_, args)
			local count = kept.arrays.count
			local results = ffi.new("double[?]", count * #args.stats)
			local start = host.now()
			loops[args.over](current, kept[args.over], args.stats, results)
			local seconds = host.now() - start
			local sum = 0
			for index = 0, count * #args.stats - 1 do
				sum = sum + results[index]
			end
			return { seconds = seconds, sum = sum }
		end,
	},
}
