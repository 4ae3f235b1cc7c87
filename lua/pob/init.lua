-- Path of Building as a calculator: hosts an unmodified checkout of Path of Building for Path of Exile 2.

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

-- Making a slice takes half a second to a second. One to several thousand rows save that much.
local SLICES_AFTER = 1000

local EMPTY = { add = {}, addAttribute = {}, addWeaponSet = {}, addCount = 0, remove = {}, removeCount = 0 }

-- A set that a command was given: its arrays, and the counts. Nil if there is none, or one that changes nothing.
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

	-- Makes a build (as loaded) or one of its variants the one that PoB's code sees; returns its rows.
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

	-- The rows that a command is about, and the node set to apply. For a variant without a node set, this is a set that changes
	-- nothing: a variant is always calculated as a row.
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

	--- Opens a checkout. Options:
	---   dir         the folder of a checkout, or its `src`
	---   fast        false: leaves PoB's functions as they are
	---   without     { part = true }, parts that are left out
	---   rowCache    true: answers a row whose nodes contribute the same as those of a known row from that row
	---   verify      the share of such rows that is calculated nevertheless
	---   slicesAfter after how many rows of the same stats a slice is made that leaves out what they do not need (1000);
	---               false: never
	---   clicks      true: allocates each row by the window's own clicks, to check what rows otherwise write directly
	---   analysis    conclusions of earlier states about the checkout's modules
	---   slices      what the slices of earlier states are made of
	---   certified   { part = true }, parts that are used where functions are only close to known ones
	---   points      with fast = false: places of statements to watch
	---   versions    known forms of a Path of Building that is not a release, see pob.versions.more
	---   states      the number of states of the engine (1)
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

	-- source: PoB's XML, or { xml =, spec = the number of the tree to use, fault = what is wrong with the XML, for the error }.
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

	--- The build with a change, see pob.variant. `key` identifies the change; nil: the caller wants its description, not rows.
	function pob.derive(build, change, key)
		loaded:switch(build)
		build.variants = build.variants or variants.new(world, build)
		local derived, why = derive(build, change, key)
		if not derived then
			return nil, why
		end
		local about = { warnings = derived.warnings }
		-- This takes as long as several rows, so it is done only on request.
		if not key then
			local found = unstableStats.ofVariant(world, build.mode, derived.rows)
			about.unstableStats = found.unstable
			table.insert(about.warnings, found.warning)
		end
		loaded.collector:step()
		return derived, about
	end

	--- After a row that failed or was stopped: restores everything, and proves it by recalculating the build's own row.
	function pob.recover(build)
		build = build.base or build
		enter(build)
		build.rows:recover()
		return build.rows:isClean()
	end

	function pob.unload(build)
		loaded:unload(build)
	end

	--- The version of the checkout that was opened.
	function commands.version()
		return checkout.version(world.place)
	end

	--- Version, trees and missing files of a checkout, which need not be opened: args { dir = }.
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

	--- The conclusions about the checkout's modules that this state has made since the last call, see pob.patch.analysis.
	function commands.takeConclusions()
		return extension and extension.takeConclusions() or {}
	end

	--- What the slices that this state has made since the last call are made of, see pob.slice.kept.
	function commands.takeSlices()
		return extension and extension.slices:taken() or {}
	end

	--- Makes the slice for the stats `args.stats` now, for later states: { why = nil if it was made }.
	function commands.makeSlice(build, args)
		if not extension then
			return { why = "not asked for" }
		end
		local rows = need(build).rows
		return { why = extension.slices:make(rows.stats:plan(args.stats), rows.mode) }
	end

	--- The parts that are off, and what it takes to certify each of them, see pob.patch.certification.
	function commands.certifiable()
		return extension and extension.certifiable() or {}
	end

	--- The numbers of those of the option `points` that calculations have run through since the last call.
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

	--- PoB's side bar with args.set allocated, of the variant args.variant. Without both: as loaded, or with args.recalculated as
	--- after a change.
	function commands.sheet(build, args)
		local ofBuild, set = changed(build, args)
		return sheet.of(ofBuild, set or args and args.recalculated and EMPTY or nil, boot.plain)
	end

	--- The build as PoB would save it, with args.set allocated, of the variant args.variant. Loading the result gives the numbers
	--- that it has now.
	function commands.toXml(build, args)
		local ofBuild, set = changed(build, args)
		return ofBuild:window(set, function(mode, autoLevel)
			mode.characterLevelAutoMode = autoLevel
			return mode:SaveDB("build")
		end)
	end

	--- How many rows each strategy calculated since the build was loaded, and how many of them without offence (`defences`); how
	--- many environments were reused from an earlier row (`reused`), made to be kept (`made`), or made but not kept (`plain`);
	--- and in how many rows the main skill's calculation also served as that of the first skill of FullDPS (`firstSkills`).
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

	--- The slots that items fit: args, an array of item texts. See pob.variant.items.
	function commands.itemFits(build, args)
		return items.fits(world, need(build).mode, args)
	end

	--- Level, items, jewels and configured options, for comparing two builds.
	function commands.contents(build)
		local mode = need(build).mode
		local contents = items.contents(mode)
		contents.level, contents.config = mode.characterLevel, character.set(world, mode)
		return contents
	end

	--- The lines that the item in the slot args.slot can roll. See pob.variant.rolls.
	function commands.rollable(build, args)
		return rolls.of(world, need(build).mode, args.slot)
	end

	--- The sockets of the tree, and what is in the radius of jewels there: args, an array of item texts.
	function commands.sockets(build, args)
		return items.sockets(world, need(build).mode, args)
	end

	--- The notables that can be anointed.
	function commands.anointable(build)
		return items.anointable(need(build).mode)
	end

	--- The skill groups of the build.
	function commands.skillGroups(build)
		return gems.groups(need(build).mode, boot.plain)
	end

	--- The supports that the skills of the group args.group can have.
	function commands.supportsFor(build, args)
		return gems.supportsFor(world, need(build).mode, args.group)
	end

	--- Names of gems, { all =, supports = }, sorted, without those that no player can have.
	function commands.gems(build)
		return gems.names(need(build).mode)
	end

	--- What is known about the checkout's rules of allocation, see pob.tree.window_rules.
	function commands.rules(build)
		need(build)
		return world.windowRules
	end

	--- What the cache of rows did for the build: { answered, calculated, verified, rows }; empty if it is off.
	function commands.cacheStats(build)
		local kept = need(build).rows.answers
		return kept and kept:statistics() or {}
	end

	return pob
end
