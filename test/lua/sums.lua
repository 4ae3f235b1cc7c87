-- Returns sums over the node set itself, so that a test can work out the expected results by hand. The build's text lists its
-- allocated nodes: "4 18:1 30:0:2" means node 4, node 18 with Strength, and node 30 for weapon set 2.
local function parse(text)
	local build = { ids = 0, count = 0, choices = { 0, 0, 0 }, weapons = { 0, 0 }, words = {} }
	local info = { class = "Test", level = 7, allocated = {}, attributes = {}, weaponSets = {} }
	for id, attribute, weaponSet in text:gmatch("(%d+):?(%d*):?(%d*)") do
		id, attribute, weaponSet = tonumber(id), tonumber(attribute) or 0, tonumber(weaponSet) or 0
		info.allocated[#info.allocated + 1] = id
		info.attributes[#info.attributes + 1] = attribute
		info.weaponSets[#info.weaponSets + 1] = weaponSet
		build.words[id] = { attribute, weaponSet }
		build.ids = build.ids + id
		build.count = build.count + 1
		if attribute > 0 then
			build.choices[attribute] = build.choices[attribute] + 1
		end
		if weaponSet > 0 then
			build.weapons[weaponSet] = build.weapons[weaponSet] + 1
		end
	end
	return build, info
end

local function Calculate(build, set)
	local count, ids = build.count, build.ids
	local choices = { build.choices[1], build.choices[2], build.choices[3] }
	local weapons = { build.weapons[1], build.weapons[2] }
	for i = 1, set.removeCount do
		local id = set.remove[i]
		local attribute, weaponSet = build.words[id][1], build.words[id][2]
		count, ids = count - 1, ids - id
		if attribute > 0 then
			choices[attribute] = choices[attribute] - 1
		end
		if weaponSet > 0 then
			weapons[weaponSet] = weapons[weaponSet] - 1
		end
	end
	for i = 1, set.addCount do
		local attribute, weaponSet = set.addAttribute[i], set.addWeaponSet[i]
		count, ids = count + 1, ids + set.add[i]
		if attribute > 0 then
			choices[attribute] = choices[attribute] + 1
		end
		if weaponSet > 0 then
			weapons[weaponSet] = weapons[weaponSet] + 1
		end
	end
	return {
		Nodes = count,
		Ids = ids,
		Str = choices[1],
		Dex = choices[2],
		Int = choices[3],
		Weapon1 = weapons[1],
		Weapon2 = weapons[2],
		Added = set.addCount,
		Removed = set.removeCount,
		-- The rounding of this depends on the order of the ids.
		Digits = set.addCount > 0 and math.sin(ids) / set.add[1] + 1 / (set.add[set.addCount] + 0.1) or math.sin(ids),
	}
end

return {
	name = "sums",
	version = "1.2",
	load = parse,
	stats = function()
		return { "Nodes", "Ids", "Str", "Dex", "Int", "Weapon1", "Weapon2", "Added", "Removed", "Digits" }
	end,
	Calculate = Calculate,
	commands = {
		echo = function(_, args)
			return args
		end,
		count = function(build)
			return build and build.count or -1
		end,
	},
}
