-- The table through which the parts of one engine state talk to each other, and to the modules that they edit, which know it
-- as `__pobatch`. Every field is declared here, and `npm run lint` refuses a field that is not.
--
-- A field belongs to the file that sets it. A function is there once its part is installed. A part that can do without
-- another one checks first whether that one's functions are there; one that cannot names it in its `requires`.

---@class pobatch.Shared
--
-- What the host gives. Set here, never changed.
---@field checkpoints table @takes copies of environments and puts them back; read by environment/snapshot.lua
---@field nursery table @frees what a row made; read by environment/snapshot.lua
---@field generalize function @(chunk, depth): the chunk's functions are compiled for any upvalue; read by slice/init.lua
---@field modifierQueries table @native queries of modifier stores; read by replacements/queries.lua
---@field compiled table|nil @what is compiled or found out once, see pob.host.kept_data; read by replacements/mod_parser.lua
---@field texts table|nil @what all states of the engine share by name; read by memo/memo.lua
---@field hooks table @where parts come in while a row is calculated, see patch/hooks.lua
--
-- Names that modules join from parts. Set by replacements/composed_names.lua.
---@field names table @name of a place -> its answers; read by edited modules as `__pobatchNames`
---@field rewritten table|nil @line -> the same line edited, where slices are made; read by replacements/composed_names.lua
--
-- Queries that are written down. Set by replacements/queries.lua; until it is installed, this file's `listen` and `leaveOut`.
---@field listen function @(set or nil): queries are written down in the set from now on; called by memo, pool, first_skill,
---node_modifiers
---@field leaveOut function @(store): queries of this store are not written down; called by memo/memo.lua
---@field asked table|nil @the set, as memo/read_set.lua makes it; read by queries, pool, first_skill, node_modifiers
---@field askedBefore table|nil @the set before it: kept alive for the native side, which may still write to it
---@field unaskedStore table|nil @the store that is left out; read by replacements/queries.lua
---@field moreOne function @(store, cfg, name): the product of one name; called by replacements/calc_lib.lua
--
-- Bit operations. Set by replacements/bits.lua, read by replacements/query_tests.lua.
---@field and64 function @(a, b)
---@field matchKeywordFlags function @(keywordFlags, modKeywordFlags)
--
-- Conditions that calculations meet. Set by memo/inert_modifiers.lua, but for `met`.
---@field met table|nil @where the present row notes them; set by memo/memo.lua
---@field watches table @set of the metatables that watch; read by environment/first_skill.lua, which compares without them
---@field newConditions function @(): a table of conditions that is watched; called by replacements/stores.lua
---@field addCondition function @(name): a modifier of this name comes into a store; called by queries, query_walks
--
-- Kept environments. Set by environment/pool.lua.
---@field environments table|nil @those of the build at hand; read by first_skill and memo; first_skill sets it aside
---@field newEnvironments function @(build): the environments of one build; called by patch/registry.lua
--
-- Modifiers of nodes. Set by replacements/node_modifiers.lua.
---@field tagged table @modifier -> the weapon set that it is tagged for at present
---@field nodeLists table @the lists of the last buildModListForNodeList, node by node; read by environment/pool.lua
---@field isAdapting boolean @a variant is adapted in mode MAIN; set by patch/registry.lua
---@field listNodes function @(calcEnv, nodes, increase, records, isAsked, sequence, setting): those lists for a kept environment;
---called by environment/snapshot.lua
--
-- What radius jewels bring to nodes. Set by replacements/radius_jewels.lua.
---@field radiusSetting function|nil @(calcEnv): the setting of its jewels; called by environment/snapshot.lua
---@field beginRadius function|nil @(calcEnv, finishes): the same, where lists of nodes are made; called by node_modifiers
---@field leaveRadius function|nil @(calcEnv): the original goes on without; called by node_modifiers
--
-- The memo of rows. Set by memo/memo.lua.
---@field newRows function @(build, id): a memo; called by patch/registry.lua
---@field lookEarly function @(): the memo looks at the stores before they are emptied; called by environment/first_skill.lua
--
-- The first skill of FullDPS. Set by environment/first_skill.lua, but for `mixed` and `readsEstimated`.
---@field firstSkills table|nil @build -> in how many rows; read by patch/registry.lua
---@field isNested boolean @an environment was made since `guarding` began
---@field guarding boolean @a row's queries are watched at present; read by environment/order_guard.lua
---@field mixed boolean @a query may tell where the base lies; set by environment/order_guard.lua
---@field readsEstimated boolean @a modifier asked for an estimation; set by replacements/stat_reads.lua
---@field performed table|nil @{ env, skill, playerDB }: the calculation that stands for that of the first skill
--
-- Numbers of the output that modifiers ask for. Set by replacements/stat_reads.lua.
---@field watchesStats boolean @GetStat is watched; read by slice/init.lua
--
-- Estimations, which a row may leave out. Set by replacements/estimations.lua.
---@field isEstimated function @(name): whether they write this number; set by replacements/estimations.lua, called by
---stat_reads and patch/registry.lua
---@field unestimated boolean @the present calculation leaves them out; read by replacements/stat_reads.lua
---@field missed boolean @it asked for one of them all the same; set by replacements/stat_reads.lua, too
--
-- calcs.offence, which a row of defences leaves out. Set by replacements/defences.lua, but for `defended`.
---@field isDefence function @(name): whether it is known without offence; called by patch/registry.lua
---@field skillWrites table @set of numbers that functions of skills write; set by patch/registry.lua, read by defences
---@field skillReads table @set of numbers that they read; set by patch/registry.lua, read by estimations
--
-- Slices. Set by slice/init.lua, called by modules that slice/emitter.lua wrote.
---@field askStat function @(name): GetStat was asked for it; called by replacements/stat_reads.lua
---@field read function @(output, name): a read by a name that is put together
---@field watch function @(output, name): the same, answers the name
--
-- What edited modules call.
---@field isMoreIncluded function @(skills, present): a later skill counts in FullDPS; set by replacements/full_dps.lua
---@field scan function @(line, list, plain): the best pattern of a list; set by replacements/mod_parser.lua
---@field narrowed function @(text): `pairs` over patterns that may match; set by replacements/mod_parser.lua
---@field newOutput function @(size): an empty table with room; set by replacements/output_tables.lua

local composedNames = require("pob.replacements.composed_names")
local hooks = require("pob.patch.hooks")

local sharedTable = {}

---@param host table @what the engine gives the calculator
---@param keepsLines boolean @whether slices may be made, which want lines that were edited before
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
