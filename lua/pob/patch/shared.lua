-- The table through which the parts of one engine state communicate with each other and with the modules that they edit, where
-- it is called `__pobatch`. Every field is declared here, and `npm run lint` rejects a field that is not.
--
-- A field belongs to the file that sets it. A function is there once its part is installed. A part for which another part is
-- optional checks first whether that part's functions are there; otherwise it lists the part in its `requires`.

---@class pobatch.Shared
--
-- Given by the host. Set here, never changed.
---@field checkpoints table @copies environments and restores them; read by environment/snapshot.lua
---@field nursery table @frees the objects that a row created; read by environment/snapshot.lua
---@field generalize function @(chunk, depth): makes the chunk's functions compile for any upvalue; read by slice/init.lua
---@field modifierQueries table @native queries of modifier stores; read by replacements/queries.lua
---@field compiled table|nil @what is compiled or derived only once, see pob.host.kept_data; read by replacements/mod_parser.lua
---@field texts table|nil @values that all states of the engine share, by name; read by memo/memo.lua
---@field hooks table @where parts intervene while a row is calculated, see patch/hooks.lua
--
-- Names that modules join from pieces. Set by replacements/composed_names.lua.
---@field names table @name of a place -> its joined names; read by edited modules as `__pobatchNames`
---@field rewritten table|nil @line -> the same line edited, where slices are made; read by replacements/composed_names.lua
--
-- Recording of queries. Set by replacements/queries.lua; until it is installed, `listen` and `leaveOut` are those of this file.
---@field listen function @(set or nil): queries are recorded in the set from now on; called by memo, pool, first_skill,
---node_modifiers
---@field leaveOut function @(store): queries of this store are not recorded; called by memo/memo.lua
---@field asked table|nil @the current set (memo/read_set.lua); read by queries, pool, first_skill, node_modifiers
---@field askedBefore table|nil @the previous set: kept alive for the native side, which may still write to it
---@field unaskedStore table|nil @the store that is left out; read by replacements/queries.lua
---@field moreOne function @(store, cfg, name): the product for a single name; called by replacements/calc_lib.lua
--
-- Bit operations. Set by replacements/bits.lua, read by replacements/query_tests.lua.
---@field and64 function @(a, b)
---@field matchKeywordFlags function @(keywordFlags, modKeywordFlags)
--
-- Conditions that calculations meet. Set by memo/inert_modifiers.lua, except `met`.
---@field met table|nil @records the conditions that the current row meets; set by memo/memo.lua
---@field watches table @set of the metatables that watch conditions; read by environment/first_skill.lua, which ignores them
---when it compares
---@field newConditions function @(): a new, watched table of conditions; called by replacements/stores.lua
---@field addCondition function @(name): reports that a modifier of this name is added to a store; called by queries,
---query_walks
--
-- Kept environments. Set by environment/pool.lua.
---@field environments table|nil @those of the current build; read by memo and first_skill, which also sets it aside for a while
---@field newEnvironments function @(build): the environments of one build; called by patch/registry.lua
--
-- Modifiers of nodes. Set by replacements/node_modifiers.lua.
---@field tagged table @modifier -> the weapon set that it is currently tagged for
---@field nodeLists table @the lists of the last buildModListForNodeList, node by node; read by environment/pool.lua
---@field isAdapting boolean @a variant is being adapted in mode MAIN; set by patch/registry.lua, cleared by node_modifiers
---@field listNodes function @(calcEnv, nodes, increase, records, isAsked, sequence, setting): those lists for a kept
---environment; called by environment/snapshot.lua
--
-- What radius jewels bring to nodes. Set by replacements/radius_jewels.lua.
---@field radiusSetting function|nil @(calcEnv): the setting of its jewels; called by environment/snapshot.lua
---@field beginRadius function|nil @(calcEnv, finishes): the same, where lists of nodes are made; called by node_modifiers
---@field leaveRadius function|nil @(calcEnv): the original goes on without; called by node_modifiers
--
-- The memo of rows. Set by memo/memo.lua.
---@field newRows function @(build, id): a new memo; called by patch/registry.lua
---@field lookEarly function @(): lets the memo look at the stores before they are emptied; called by
---environment/first_skill.lua
--
-- The first skill of FullDPS. Set by environment/first_skill.lua, which also resets those that another file sets.
---@field firstSkills table|nil @build -> in how many rows it was taken over; read by patch/registry.lua
---@field isNested boolean @an environment was made since `guarding` was set
---@field guarding boolean @the queries of the current row are being watched; read by environment/order_guard.lua
---@field mixed boolean @a query's result may depend on where the base is in the order of a list; set by
---environment/order_guard.lua
---@field readsEstimated boolean @a modifier asked for an estimation; set by replacements/stat_reads.lua
---@field performed table|nil @{ env, skill, playerDB }: the calculation that stands for that of the first skill
--
-- Numbers of the output that modifiers ask for. Set by replacements/stat_reads.lua.
---@field watchesStats boolean @calls of GetStat are watched; read by slice/init.lua
--
-- Estimations, which a row may leave out. Set by replacements/estimations.lua.
---@field isEstimated function @(name): whether the estimations write this number; called by stat_reads and patch/registry.lua
---@field unestimated boolean @the current calculation leaves the estimations out; read by replacements/stat_reads.lua
---@field missed boolean @the calculation nevertheless asked for one of them; also set by replacements/stat_reads.lua
--
-- calcs.offence, which a row of defences leaves out. Set by replacements/defences.lua, except as noted.
---@field isDefence function @(name): whether this number is known without offence; called by patch/registry.lua
---@field skillWrites table @set of the numbers that functions of skills write; set by patch/registry.lua, read by defences
---@field skillReads table @set of the numbers that they read; set by patch/registry.lua, read by estimations
--
-- Slices. Set by slice/init.lua, called by the code that slice/emitter.lua writes.
---@field askStat function @(name): reports that GetStat was called with it; called by replacements/stat_reads.lua
---@field read function @(output, name): a read by a name that is joined at run time
---@field watch function @(output, name): the same, returns the name
--
-- Called by edited modules.
---@field isMoreIncluded function @(skills, present): whether a later skill counts in FullDPS; set by replacements/full_dps.lua
---@field scan function @(line, list, plain): the best matching pattern of a list; set by replacements/mod_parser.lua
---@field narrowed function @(text): `pairs` over only those patterns that may match; set by replacements/mod_parser.lua
---@field newOutput function @(size): an empty table with preallocated room; set by replacements/output_tables.lua

local composedNames = require("pob.replacements.composed_names")
local hooks = require("pob.patch.hooks")

local sharedTable = {}

---@param host table @what the engine gives the calculator
---@param keepsLines boolean @whether slices may be made: these need the edited lines again
---@return pobatch.Shared
function sharedTable.new(host, keepsLines)
	local shared = {
		checkpoints = host.checkpoints,
		nursery = host.nursery,
		generalize = host.generalize,
		modifierQueries = host.modifierQueries,
		texts = host.shared,
		compiled = host.compiled,
		hooks = hooks.new(),
		names = composedNames.places(),
		rewritten = keepsLines and {} or nil,
		skillWrites = {},
		skillReads = {},
	}
	function shared.listen(asked)
		shared.asked = asked
	end
	function shared.leaveOut(store)
		shared.unaskedStore = store
	end
	return shared
end

return sharedTable
