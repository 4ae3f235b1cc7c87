-- A calculator whose states can be wrong: with `wrong`, a row that adds that node returns a number with one wrong bit; with
-- `refuses` it loads no build. For test/executors/verified.test.ts.
local options

return {
	name = "verified",
	version = "1",
	open = function(given)
		options = given
	end,
	load = function(text)
		if options.refuses then
			return nil, "not by this one"
		end
		return { base = tonumber(text) }, { class = "Ranger", level = 1, nodes = { 1 }, unstableStats = { "Chance" } }
	end,
	stats = function()
		return { "Sum", "Chance" }
	end,
	Calculate = function(build, set)
		local sum, isWrong = build.base, false
		for i = 1, set.addCount do
			sum = sum + set.add[i]
			isWrong = isWrong or set.add[i] == options.wrong
		end
		if options.fails and isWrong then
			error("an error of its own")
		end
		return { Sum = isWrong and sum * (1 + 2 ^ -52) or sum, Chance = options.wrong and 1 or 2 }
	end,
	commands = {
		doctor = function()
			return { wrong = options.wrong or false }
		end,
	},
}
