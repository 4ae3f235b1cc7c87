--- Path of Building as a calculator: hosts an unmodified checkout of Path of Building for Path of Exile 2.

local character = require("pob.variant.character")
local checkout = require("pob.host.checkout")
local boot = require("pob.host.boot")
local builds = require("pob.build.builds")
local collector = require("pob.host.collector")
local unstableStats = require("pob.build.unstable_stats")
local gems = require("pob.variant.gems")
local info = require("pob.build.info")
local items = require("pob.variant.items")
local more = require("pob.versions.more")
local refusal = require("refusal")
local rolls = require("pob.variant.rolls")
local rows = require("pob.row.evaluator")
local sheet = require("pob.build.sheet")
local variants = require("pob.variant.init")
local windowApi = require("pob.host.window_api")

-- Making a slice takes half a second to a second: what it saves in one to several thousand rows.
local SLICES_AFTER = 1000

local EMPTY = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }

-- A set given to a command: arrays, from which the counts follow. Nil where there is none, or one that changes nothing.
local function changeOf(args)
	local set = args and args.set
	local add, remove = set and set.add or {}, set and set.remove or {}
	if #add == 0 and #remove == 0 then
		return nil
	end
	return {
		add = add,
		addAttribute = set.addAttribute or {},
		addWeaponSet = set.addWeaponSet or {},
		addCount = set.addCount or #add,
		remove = remove,
		removeCount = set.removeCount or #remove,
	}
end

return function(host)
	local world, loaded, extension, probes, rowOptions

	local pob = { name = "pob", version = "1", commands = {} }
	local commands = pob.commands

	-- Makes a build, as loaded, or a variant of one what PoB's code sees; answers its rows.
	local function enter(build)
		local base = build.base or build
		loaded:switch(base)
		if base.variants then
			base.variants:enter(build.base and build or nil)
		end
		return build.rows
	end

	local function need(build)
		if not build or not build.mode then
			error("this command needs a loaded build", 0)
		end
		enter(build)
		loaded.collector:step()
		return build
	end

	local derive = refusal.answering(function(build, change, key)
		return build.variants:derive(change, key)
	end)

	-- What a command is about: rows, and the node set that it is asked of. A variant's own nodes are calculated as a set that
	-- changes nothing.
	local function changed(build, args)
		need(build)
		local set = changeOf(args)
		if not (args and args.variant) then
			return build.rows, set
		end
		build.variants = build.variants or variants.new(world, build)
		local derived, why = derive(build, args.variant)
		if not derived then
			error(why, 0)
		end
		return derived.rows, set or EMPTY
	end

	--- options: dir, the folder of a checkout (or its `src`); fast = false leaves PoB's functions as they are;
	-- rowCache = true answers rows whose nodes bring the same as a known row's, and verify is the share of those
	-- that is calculated all the same; slicesAfter = rows of the same stats after which they leave out what these do not need
	-- (1000), false: never; clicks = true allocates each row by the window's own clicks, to check what rows write instead;
	-- analysis = what states before this one found out of the checkout's modules; slices = what their slices are made of;
	-- certified = { part = true }, parts that are used where functions are only close to those that are known; points = with
	-- fast = false, places of statements to watch; versions = what is known of a Path of Building that is no release, see
	-- pob.versions.more.
	function pob.open(options)
		local place = checkout.open(host, options.dir)
		if options.versions then
			more.add(options.versions)
		end
		if options.fast ~= false then
			local slicesAfter = options.slicesAfter
			if slicesAfter == nil then
				slicesAfter = SLICES_AFTER
			end
			extension = require("pob.patch.registry").attach(host, {
				without = options.without, slicesAfter = slicesAfter or nil, analysis = options.analysis,
				slices = options.slices, certified = options.certified,
			})
		end
		probes = not extension and options.points and require("pob.patch.probes").new(options.points) or nil
		local garbage = collector.new(host.nursery, options.states or 1)
		world = boot.start(host, place, garbage, extension, probes)
		loaded = builds.new(world, garbage)
		loaded.collector:start()
		rowOptions = { rowCache = options.rowCache, verify = options.verify, clicks = options.clicks }
	end

	-- source: PoB's XML, or { xml =, spec = number of the tree to use, fault = what is wrong with the XML, for the error }.
	local load = refusal.answering(function(source)
		if type(source) ~= "table" then
			source = { xml = source }
		end
		local build = loaded:load(source.xml, source.spec, source.fault)
		build.rows = rows.new(world, build, rowOptions)
		local found = unstableStats.of(world, build)
		if world.windowRules.unchecked then
			table.insert(found.warnings, {
				code = "RULES_UNCHECKED",
				where = "build",
				text = "how clicks allocate nodes in this Path of Building could not be found out; rows follow the rules of 0.20: "
					.. world.windowRules.unchecked,
			})
		end
		build.rows:keepEnvironments()
		build.info = info.of(build, boot.plain, found)
		build.info.recalculated = found.recalculated
		loaded.collector:endLoad(build)
		return build, build.info
	end)

	function pob.load(source)
		return loaded:uncompiled(load, source)
	end

	function pob.stats(build)
		local names = {}
		for i, entry in ipairs(build.rows.stats:list()) do
			names[i] = entry.name
		end
		return names
	end

	function pob.Calculate(build, set, names)
		local answer, isMemoized = enter(build):evaluate(set, names)
		loaded.collector:step()
		return answer, isMemoized
	end

	--- The build with a change, see pob.variant. `key` stands for the change, or nil.
	function pob.derive(build, change, key)
		loaded:switch(build)
		build.variants = build.variants or variants.new(world, build)
		local derived, why = derive(build, change, key)
		if not derived then
			return nil, why
		end
		local about = { warnings = derived.warnings }
		-- Asked for what is to be known of it, and not for rows: that takes as long as some of them.
		if not key then
			local found = unstableStats.ofVariant(world, build.mode, derived.rows)
			about.unstableStats = found.unstable
			table.insert(about.warnings, found.warning)
		end
		loaded.collector:step()
		return derived, about
	end

	--- After a row that failed or was stopped: puts everything back, and proves it by the build's own row.
	function pob.recover(build)
		build = build.base or build
		enter(build)
		build.rows:recover()
		return build.rows:isClean()
	end

	function pob.unload(build)
		loaded:unload(build)
	end

	--- The version of the checkout that was started.
	function commands.version()
		return checkout.version(world.place)
	end

	--- Version, trees and missing files of a checkout, without starting it: { dir = }.
	function commands.doctor(_, args)
		local dir = args and args.dir or world and world.place.root
		local place, lookedFor = checkout.locate(host, dir or "")
		if not place then
			return { found = false, lookedFor = lookedFor }
		end
		return {
			found = true,
			root = place.root,
			src = place.src,
			version = checkout.version(place),
			trees = checkout.trees(place),
			missing = checkout.missing(place),
			pathOfExile2 = checkout.isPathOfExile2(place),
			booted = world ~= nil and world.place.root == place.root,
			fast = extension and extension.report and extension.report() or {},
			parts = extension and extension.parts() or {},
			lacking = world and windowApi.lacking(world.env, world.sources) or {},
			standIns = world and world.standIns or {},
			rules = world and world.windowRules or nil,
		}
	end

	--- What this state found out of the checkout's modules since it was last asked, see pob.patch.analysis.
	function commands.takeConclusions()
		return extension and extension.takeConclusions() or {}
	end

	--- What this state's slices are made of, those since it was last asked, see pob.slice.kept.
	function commands.takeSlices()
		return extension and extension.slices:taken() or {}
	end

	--- Makes the slice for the stats `args.stats` now, for states to come: { why = nil where it is made }.
	function commands.makeSlice(build, args)
		if not extension then
			return { why = "not asked for" }
		end
		local rows = need(build).rows
		return { why = extension.slices:make(rows.stats:plan(args.stats), rows.mode) }
	end

	--- Parts that are off, and what it takes to certify each of them, see pob.patch.certification.
	function commands.certifiable()
		return extension and extension.certifiable() or {}
	end

	--- Of the option `points` the numbers of those that calculations ran through since this was last asked.
	function commands.reached()
		local list = {}
		for number in pairs(probes and probes.reached or {}) do
			list[#list + 1] = number
			probes.reached[number] = nil
		end
		table.sort(list)
		return list
	end

	function commands.info(build)
		return need(build).info
	end

	function commands.statList(build)
		return need(build).rows.stats:list()
	end

	--- PoB's side bar with args.set allocated, of the variant args.variant. Without both as loaded, with args.recalculated as
	-- after a change.
	function commands.sheet(build, args)
		local ofBuild, set = changed(build, args)
		return sheet.of(ofBuild, set or args and args.recalculated and EMPTY or nil, boot.plain)
	end

	--- The build as PoB would save it, with args.set allocated, of the variant args.variant. Loaded again it answers the
	-- numbers that it answers now.
	function commands.toXml(build, args)
		local ofBuild, set = changed(build, args)
		return ofBuild:window(set, function(mode, autoLevel)
			mode.characterLevelAutoMode = autoLevel
			return mode:SaveDB("build")
		end)
	end

	--- How many rows took which road since the build was loaded, and how many of these went without offence (`defences`);
	-- of how many environments an earlier one served (`reused`), was made to be kept (`made`), or could not (`plain`); and in
	-- how many rows the main skill's calculation served as that of the first skill of FullDPS (`firstSkills`).
	function commands.strategyStats(build)
		local rows = need(build).rows
		local strategyStats = {}
		for name, count in pairs(rows.strategyStats) do
			strategyStats[name] = count
		end
		if rows.environments then
			local environments = rows.environments
			strategyStats.environments = { reused = environments.reused, made = environments.made, plain = environments.plain }
		end
		strategyStats.firstSkills = extension and extension.firstSkills(build.mode) or 0
		return strategyStats
	end

	--- The options of the configuration, see pob.variant.character.
	function commands.configOptions(build)
		need(build)
		return character.options(world, build.mode, boot.plain)
	end

	--- Where items fit: args, array of texts. See pob.variant.items.
	function commands.itemFits(build, args)
		return items.fits(world, need(build).mode, args)
	end

	--- Level, items, jewels and options that are set: what two builds can be compared by.
	function commands.contents(build)
		local mode = need(build).mode
		local contents = items.contents(mode)
		contents.level, contents.config = mode.characterLevel, character.set(world, mode)
		return contents
	end

	--- Lines that the item in a slot can roll: args.slot. See pob.variant.rolls.
	function commands.rollable(build, args)
		return rolls.of(world, need(build).mode, args.slot)
	end

	--- The sockets of the tree, and what is in the radius of jewels there: args, array of texts.
	function commands.sockets(build, args)
		return items.sockets(world, need(build).mode, args)
	end

	--- The notables that can be anointed.
	function commands.anointable(build)
		return items.anointable(need(build).mode)
	end

	--- The skill groups.
	function commands.skillGroups(build)
		return gems.groups(need(build).mode, boot.plain)
	end

	--- The supports that the skills of the group args.group can have.
	function commands.supportsFor(build, args)
		return gems.supportsFor(world, need(build).mode, args.group)
	end

	--- Names of gems, { all =, supports = }, sorted; without those that no player has.
	function commands.gems(build)
		return gems.names(need(build).mode)
	end

	--- What is known of the checkout's rules of allocation, see pob.tree.window_rules.
	function commands.rules(build)
		need(build)
		return world.windowRules
	end

	--- What the cache of rows did for the build: { answered, calculated, verified, rows }; nothing where it is off.
	function commands.cacheStats(build)
		local kept = need(build).rows.answers
		return kept and kept:statistics() or {}
	end

	return pob
end
