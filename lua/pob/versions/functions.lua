-- The functions that replacements stand for or rely on: for each module and name, the forms that the replacement is equivalent
-- to, as fingerprints of pob.patch.module_tree, with the releases of Path of Building that have them. "absent": the release has
-- no such function.
--
-- scripts/adopt-pob.mjs adds a form after its rows were compared with those of the original.

return {
	["Classes/ModDB.lua"] = {
		AddList = { f3ea4a4805960d4e = "0.15.0 to 0.20.0" },
		AddMod = { c05399ad037f70e3 = "0.15.0 to 0.20.0" },
		FlagInternal = { ["26b51dd1cee14b86"] = "0.15.0 to 0.16.0", e1e5d1d32f3ad266 = "0.20.0" },
		HasModInternal = { b75ac6878fe29a64 = "0.15.0 to 0.20.0" },
		ListInternal = { ["19ce017c10ad808d"] = "0.15.0 to 0.20.0" },
		MoreInternal = { d303850e19155e02 = "0.15.0 to 0.20.0" },
		OverrideInternal = { ["39ac6643bb77afe9"] = "0.15.0 to 0.20.0" },
		SumInternal = { ["53a6ee2ecd4b42b3"] = "0.15.0 to 0.20.0" },
		TabulateInternal = { ["96a78f587ba75d6d"] = "0.15.0 to 0.20.0" },
	},
	["Classes/ModList.lua"] = {
		AddList = { ["70c070ab0f85a591"] = "0.15.0 to 0.20.0" },
		AddMod = { ["3a029c952f729f40"] = "0.15.0 to 0.20.0" },
		ConvertModInternal = { ["27497ad086259b66"] = "0.16.0 to 0.20.0", absent = "0.15.0" },
		FlagInternal = { fb38f3372698d7cd = "0.15.0 to 0.20.0" },
		HasModInternal = { ["5a42cb8e9ca07d00"] = "0.15.0 to 0.20.0" },
		ListInternal = { ["7615398b5e48e780"] = "0.15.0 to 0.20.0" },
		MergeMod = { a0d13f6f6f5f5045 = "0.15.0 to 0.20.0" },
		MoreInternal = { ["6a05389c5b2f697d"] = "0.15.0 to 0.20.0" },
		OverrideInternal = { ["9cfcdef881cc3ab2"] = "0.15.0 to 0.20.0" },
		ReplaceModInternal = { db4ae79b03397e57 = "0.15.0 to 0.20.0" },
		SumInternal = { ["33af0b93cdffad63"] = "0.15.0 to 0.20.0" },
		TabulateInternal = { f19039f40ed1c7ba = "0.15.0 to 0.20.0" },
	},
	["Classes/ModStore.lua"] = {
		EvalMod = { ["5336728be505b7f6"] = "0.15.0", e070117c8d6dee63 = "0.16.0 to 0.20.0" },
		Flag = { ["04b9b35638d76378"] = "0.15.0 to 0.20.0" },
		GetCondition = { ["5900c92e7a40262b"] = "0.15.0 to 0.20.0" },
		GetMultiplier = { ["9c9b170f5cff8b0e"] = "0.15.0 to 0.20.0" },
		GetStat = { ["3d25056e61aa1c29"] = "0.15.0 to 0.20.0" },
		HasMod = { ["8e78784451eaae87"] = "0.15.0 to 0.20.0" },
		List = { ["6388798283da03f3"] = "0.15.0 to 0.20.0" },
		More = { ["6567cf4d79fa96c1"] = "0.15.0 to 0.20.0" },
		NewMod = { ["1b24054d0eccac74"] = "0.15.0 to 0.20.0" },
		Override = { b04274b62274e65e = "0.15.0 to 0.20.0" },
		Sum = { ["5157783aea8e58ee"] = "0.15.0 to 0.20.0" },
		Tabulate = { df7122334e80e9f3 = "0.15.0 to 0.20.0" },
	},
	["Classes/PassiveSpec.lua"] = {
		BuildAllDependsAndPaths = { ["90a9ddaca5395e49"] = "0.15.0", a2d2e318a022a801 = "0.20.0", f06ee7a9602d26b1 = "0.16.0" },
		BuildPathFromNode = { ["2cebc948b9985ff1"] = "0.15.0", ["87307769caf49ad6"] = "0.16.0 to 0.20.0" },
		CanPathThroughAllocMode = { ["6d456adca7a7a8ec"] = "0.16.0 to 0.20.0", absent = "0.15.0" },
		ImportFromNodeList = { ["3835695de222fd41"] = "0.15.0 to 0.20.0" },
		ReplaceNode = { ["5cb9359a3f5cd291"] = "0.15.0 to 0.20.0" },
		ResetAscendClass = { ["015925f07a77bba5"] = "0.15.0 to 0.20.0" },
		ResetNodes = { ["681a778197f784d0"] = "0.15.0 to 0.20.0" },
		SelectAscendClass = { ["1358568c4338e498"] = "0.15.0 to 0.20.0" },
		SelectClass = { ["4ea78b922926b35f"] = "0.15.0 to 0.20.0" },
		SelectSecondaryAscendClass = { f79deed9cffc8181 = "0.15.0 to 0.20.0" },
	},
	["Data/Global.lua"] = {
		AND64 = { ["334bfa0597b86a5d"] = "0.15.0 to 0.20.0" },
		MatchKeywordFlags = { a007d5c77be0521c = "0.15.0 to 0.20.0" },
		OR64 = { fb4fa696686f960b = "0.15.0 to 0.20.0" },
	},
	["Modules/CalcActiveSkill.lua"] = {
		mergeSkillInstanceMods = { ["05190f0223c4a14e"] = "0.15.0", a8e9623fcd0d57de = "0.16.0 to 0.20.0" },
	},
	["Modules/CalcDefence.lua"] = {
		armourReduction = { ce6fccbef2289b4b = "0.15.0 to 0.20.0" },
		armourReductionF = { ["7fea80e7eece34f8"] = "0.15.0 to 0.20.0" },
		calcLifeHitPoolWithLossPrevention = { ["773d694c2efd1669"] = "0.15.0 to 0.20.0" },
		incomingDamageBreakdown = { c1f27ccd6357edc3 = "0.15.0 to 0.20.0" },
		reducePoolsByDamage = { ["3b4780322231b14a"] = "0.15.0 to 0.20.0" },
		takenHitFromDamage = { ["92fd478dc297a2cf"] = "0.15.0 to 0.20.0" },
	},
	["Modules/CalcPerform.lua"] = {
		actionSpeedMod = { ["6c6b8b0a934fb61e"] = "0.15.0 to 0.20.0" },
		["perform after offence"] = { ["3af6345731801b7b"] = "0.15.0", d89e0dfbc973f9c5 = "0.16.0 to 0.20.0" },
	},
	["Modules/CalcSetup.lua"] = {
		buildModListForNode = { ["834f0e820aecdd62"] = "0.15.0", be29a7568475d8c8 = "0.16.0 to 0.20.0" },
		buildModListForNodeList = { ["80efdb729e26a70a"] = "0.15.0 to 0.20.0" },
	},
	["Modules/CalcTools.lua"] = {
		buildSkillInstanceStats = { de8faefcd9e73841 = "0.15.0 to 0.20.0" },
		mod = { ["22de129e0abd7f3d"] = "0.15.0 to 0.20.0" },
		mods = { ["1ac9509874aa2357"] = "0.15.0 to 0.20.0" },
		val = { ["801dd8230bb7fd8c"] = "0.15.0 to 0.20.0" },
		validateGemLevel = { ["9274b649a0ce23af"] = "0.15.0 to 0.20.0" },
	},
	["Modules/Calcs.lua"] = {
		calcFullDPS = { defa03c36b73fb98 = "0.15.0 to 0.20.0" },
	},
	["Modules/Common.lua"] = {
		round = { ["2553b5ca72f92515"] = "0.15.0 to 0.20.0" },
		wipeTable = { ["209875306d7a73c6"] = "0.15.0 to 0.20.0" },
	},
	["Modules/ModParser.lua"] = {
		scan = { d402d6227b4a6535 = "0.15.0 to 0.20.0" },
	},
	["Modules/ModTools.lua"] = {
		createMod = { ["78dd57b37685c055"] = "0.15.0 to 0.20.0" },
		formatFlags = { ["2c007bb29eaa30a1"] = "0.15.0 to 0.20.0" },
	},
}
