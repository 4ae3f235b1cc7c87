-- Whole clauses about damage, hits, ailments and other actors, in the notation of clauses.lua.
local clauses = require("reference.clauses")
local compile = clauses.compile

local types = { "Physical", "Fire", "Cold", "Lightning", "Chaos" }

-- "Gain 10% of Physical Damage as Extra Fire Damage": the stat's name contains the source and the target.
for _, target in ipairs(types) do
	local as = target:lower()
	for from, name in pairs({
		["damage"] = "Damage",
		["elemental damage"] = "Elemental",
		["physical damage"] = "Physical",
		["fire damage"] = "Fire",
		["cold damage"] = "Cold",
		["lightning damage"] = "Lightning",
		["chaos damage"] = "Chaos",
	}) do
		if name ~= target then
			local modifier = " == BASE " .. name .. "GainAs" .. target
			compile("gain #% of " .. from .. " as extra " .. as .. " damage" .. modifier)
			compile("#% of " .. from .. " as extra " .. as .. " damage" .. modifier)
			compile("#% " .. from .. " as extra " .. as .. " damage" .. modifier)
			compile("#% of " .. from .. " as " .. as .. " damage" .. modifier)
			compile("#% of " .. from .. " converted to " .. as .. " damage == BASE " .. name .. "ConvertTo" .. target)
		end
	end
	for _, noun in ipairs({ as .. " damage" }) do
		local pair = " == BASE " .. target .. "Min @1; BASE " .. target .. "Max @2"
		compile("adds # to # " .. noun .. pair)
		compile(
			"adds # to # "
				.. noun
				.. " to attacks == BASE "
				.. target
				.. "Min @1 Attack; BASE "
				.. target
				.. "Max @2 Attack"
		)
		compile(
			"adds # to # "
				.. noun
				.. " to spells == BASE "
				.. target
				.. "Min @1 Spell; BASE "
				.. target
				.. "Max @2 Spell"
		)
	end
	if target ~= "Physical" and target ~= "Chaos" then
		compile("damage penetrates #% " .. as .. " resistance == BASE " .. target .. "Penetration")
	end
end

compile([[
gain #% of damage as extra damage of a random element == BASE DamageGainAsRandom
#% of damage as extra damage of a random element == BASE DamageGainAsRandom
deal no non-fire damage == FLAG DealNoNonFire
damage penetrates #% elemental resistances == BASE FirePenetration; BASE ColdPenetration; BASE LightningPenetration
damage penetrates #% of enemy elemental resistances == BASE FirePenetration; BASE ColdPenetration; BASE LightningPenetration
attack damage penetrates #% of enemy elemental resistances == BASE FirePenetration Attack; BASE ColdPenetration Attack; BASE LightningPenetration Attack
never deal critical hits == FLAG NeverCrit
+#% to critical hit chance == BASE CritChance
+#% to critical damage bonus == BASE CritMultiplier
+#% to critical hit chance of herald skills == BASE CritChance Herald
+#% to thorns critical hit chance == BASE CritChance Thorns
base critical hit chance for spells is #% == OVERRIDE BaseCritChance Spell
damage with hits is lucky == FLAG LuckyHits
#% chance for damage with hits to be lucky == BASE LuckyHitsChance
#% chance for lightning damage with hits to be lucky == BASE LightningLuckyHitsChance
your hits are crushing blows == FLAG CrushingBlows
your hits cannot be evaded by heavy stunned enemies == FLAG CannotBeEvadedByHeavyStunned
your hits cannot be evaded by pinned enemies == FLAG CannotBeEvadedByPinned
chance to hit with attacks can exceed #% == OVERRIDE HitChanceMax Attack
bow attacks have culling strike == FLAG CullingStrike Attack Bow
decimating strike == FLAG DecimatingStrike
break #% increased armour == INC ArmourBreak
hits break #% increased armour on targets with ailments == INC ArmourBreakAgainstAilments
break armour equal to #% of hit damage dealt == BASE ArmourBreakOfHitDamage
ignites you inflict deal damage #% faster == INC IgniteFaster
damaging ailments deal damage #% faster == INC DamagingAilmentFaster
bleeding you inflict deals damage #% faster == INC BleedFaster
bleeding you inflict is aggravated == FLAG BleedAggravated
base bleeding duration is # second == OVERRIDE BaseBleedDuration
debuffs you inflict have #% increased slow magnitude == INC SlowMagnitude
debuffs inflicted by hazards have #% increased slow magnitude == INC SlowMagnitude Hazard
#% increased curse magnitudes == INC CurseMagnitude
aura skills have #% increased magnitudes == INC AuraMagnitude
banner skills have #% increased aura magnitudes == INC AuraMagnitude Banner
offering skills have #% increased buff effect == INC BuffEffect Offering
meta skills gain #% increased energy == INC EnergyGain Meta
meta skills gain #% more energy == MORE EnergyGain Meta
invocated skills have #% increased maximum energy == INC MaximumEnergy Invocated
invoked spells consume #% less energy == MORE EnergyConsumed - Invocated
#% faster curse activation == INC CurseActivationSpeed
double activation delay of curses == MORE CurseDelay =100
you can apply an additional curse == BASE EnemyCurseLimit =1
curses you inflict have infinite duration == FLAG CursesInfinite
exposure you inflict lowers resistances by an additional #% == BASE ExtraExposure
#% chance to poison on hit == BASE PoisonChance
#% chance to inflict bleeding on hit == BASE BleedChance
#% chance to inflict bleeding on critical hit == BASE BleedChance CriticalHit
#% chance to inflict bleeding on critical hit with attacks == BASE BleedChance Attack CriticalHit
#% chance to blind enemies on hit == BASE BlindChance
#% chance to blind enemies on hit with attacks == BASE BlindChance Attack
#% chance to daze on hit == BASE DazeChance
#% chance to maim on hit == BASE MaimChance
#% chance to inflict withered on hit == BASE WitheredChance
#% chance to hinder enemies on hit with spells == BASE HinderChance Spell
#% chance to impale on spell hit == BASE ImpaleChance Spell
#% chance to pierce an enemy == BASE PierceChance
#% chance to knock enemies back on hit == BASE EnemyKnockbackChance
#% chance to gain arcane surge when you deal a critical hit == BASE ArcaneSurgeOnCritChance
#% chance to gain volatility on kill == BASE VolatilityOnKillChance
#% chance to gain volatility when you are stunned == BASE VolatilityWhenStunnedChance
#% chance to gain onslaught on kill == BASE OnslaughtOnKillChance
#% chance to gain onslaught on killing blow with axes == BASE OnslaughtOnKillChance Axe
#% chance for attack hits to apply incision == BASE IncisionChance Attack
#% chance for attack hits to apply ten incision == BASE TenIncisionChance Attack
#% chance to aggravate bleeding on targets you hit with attacks == BASE AggravateBleedChance Attack
#% chance to build an additional combo on hit == BASE AdditionalComboChance
#% chance to fork == BASE ForkChance
#% chance to chain an additional time from terrain == BASE TerrainChainChance
#% chance for an additional projectile when forking == BASE AdditionalForkProjectileChance
#% chance for lightning skills to chain an additional time == BASE ChainChance LightningSkill
#% chance for spell skills to fire # additional projectiles == BASE AdditionalProjectilesChance @1 Spell; BASE AdditionalProjectilesChanceCount @2 Spell
+#% surpassing chance to fire an additional arrow == BASE AdditionalArrowChance
+#% surpassing chance to fire an additional projectile == BASE AdditionalProjectileChance
skills fire an additional projectile == BASE ProjectileCount =1
grenade skills fire an additional projectile == BASE ProjectileCount =1 Grenade
bow attacks fire an additional arrow == BASE ProjectileCount =1 Attack Bow
bow attacks fire # additional arrows == BASE ProjectileCount Attack Bow
arrows pierce an additional target == BASE PierceCount =1 Arrow
#% chance for slam skills to cause an additional aftershock == BASE AftershockChance Slam
#% chance for slam skills you use yourself to cause an additional aftershock == BASE AftershockChance SelfUsed Slam
#% chance for mace slam skills you use yourself to cause an additional aftershock == BASE AftershockChance Mace SelfUsed Slam
#% chance for shapeshift slam skills you use yourself to cause an additional aftershock == BASE AftershockChance SelfUsed Shapeshift Slam
#% chance for flasks you use to not consume charges == BASE FlaskFreeUseChance
#% chance for charms you use to not consume charges == BASE CharmFreeUseChance
#% chance when you gain a frenzy charge to gain an additional frenzy charge == BASE AdditionalFrenzyChargeChance
#% chance when you gain a power charge to gain an additional power charge == BASE AdditionalPowerChargeChance
#% chance when you gain an endurance charge to gain an additional endurance charge == BASE AdditionalEnduranceChargeChance
#% chance to create an additional remnant == BASE AdditionalRemnantChance
#% chance to not destroy corpses when consuming corpses == BASE KeepCorpseChance
skills have #% chance to not remove charges but still count as consuming them == BASE KeepChargesChance
skills have #% chance to not remove elemental infusions but still count as consuming them == BASE KeepInfusionsChance
remnants can be collected from #% further away == INC RemnantRange
remnants you create have #% increased effect == INC RemnantEffect
#% chance for remnants you create to grant their effects twice == BASE RemnantDoubleChance
archon recovery period expires #% faster == INC ArchonRecoveryFaster
archon recovery period expires #% slower == INC ArchonRecoveryFaster -
charms applied to you have #% increased effect == INC CharmEffect
shapeshift skills have #% increased skill effect duration == INC Duration Shapeshift
sealed skills have #% increased seal gain frequency == INC SealGainFrequency Sealed
your totem limit is doubled == MORE TotemLimit =100
totems reserve # spirit each == BASE SpiritReservedPerTotem
your heavy stun buildup empties #% faster == INC HeavyStunDecay
warcries empower an additional attack == BASE WarcryEmpoweredAttacks =1
warcries have a minimum of # power == BASE WarcryMinimumPower
skills lose combo #% slower == INC ComboLossRate -
hazards have #% chance to rearm after they are triggered == BASE HazardRearmChance Hazard
thorns damage has #% chance to ignore enemy armour == BASE IgnoreEnemyArmourChance Thorns
break armour on critical hit with spells equal to #% of physical damage dealt == BASE ArmourBreakOnSpellCrit CriticalHit Spell
grenades have #% chance to activate a second time == BASE SecondActivationChance Grenade
grenade skills have +# cooldown use == BASE CooldownUses Grenade
hits that heavy stun enemies have culling strike == FLAG CullingStrikeOnHeavyStun
skills have a #% chance to not consume glory == BASE KeepGloryChance
life flasks also recover mana == FLAG LifeFlasksRecoverMana
mana flasks also recover life == FLAG ManaFlasksRecoverLife
mark skills have #% increased use speed == INC UseSpeed Mark
#% chance to build an additional combo on hit == BASE AdditionalComboChance
strikes deal splash damage == FLAG StrikeSplash
grants # passive skill point == BASE PassivePoints
+#% to quality of all skills == BASE GemQuality
persistent buffs have #% less reservation == MORE PersistentBuffReservation -
]])

-- Lines about minions whose verb is part of the clause
for clause, modifier in pairs({
	["minions revive #% faster"] = "INC ReviveSpeed",
	["minions recoup #% of damage taken as life"] = "BASE LifeRecoup",
	["minions cause #% increased stun buildup"] = "INC StunBuildup",
}) do
	compile(clause .. " == " .. modifier .. " actor:Minion")
end
compile([[
enemies you mark take #% increased damage == INC DamageTaken actor:Enemy if:EnemyMarked
enemies frozen by you take #% increased cold damage == INC ColdDamageTaken actor:Enemy if:EnemyFrozen
enemies standing on chilled ground take #% increased fire damage == INC FireDamageTaken actor:Enemy if:EnemyOnChilledGround
enemies standing on ignited ground take #% increased cold damage == INC ColdDamageTaken actor:Enemy if:EnemyOnIgnitedGround
enemies in jagged ground you create take #% increased damage == INC DamageTaken actor:Enemy if:EnemyOnJaggedGround
totems regenerate #% of maximum life per second == BASE LifeRegenPercent actor:Totem
plants have a #% chance to immediately overgrow == BASE OvergrowChance actor:Plant
companions have a #% chance to poison on hit == BASE PoisonChance actor:Companion
]])

return clauses.entries
