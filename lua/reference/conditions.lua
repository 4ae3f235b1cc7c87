-- Phrases at the end of a clause that say when it applies -> name of the condition. The names are Path of Building's where it
-- has one. A build's configuration turns conditions on ("conditionLowLife" or "LowLife"), and a few follow from the build's
-- items. "!Name" holds while the condition is off.
local conditions = {}

local function add(text)
	for line in text:gmatch("[^\n]+") do
		local phrase, list = line:match("^%s*(.-)%s*=%s*(.-)%s*$")
		if phrase then
			local parsed = {}
			for word in list:gmatch("%S+") do
				parsed[#parsed + 1] = word
			end
			conditions[phrase] = { conditions = parsed }
		end
	end
end

-- The character's state
add([[
while on low life = LowLife
when on low life = LowLife
while on full life = FullLife
when on full life = FullLife
while on low mana = LowMana
if on low mana = LowMana
while not on low mana = !LowMana
while on full mana = FullMana
while on full energy shield = FullEnergyShield
while on low energy shield = LowEnergyShield
while not on low energy shield = !LowEnergyShield
when not on full life = !FullLife
while you have energy shield = HaveEnergyShield
if you have no energy shield = NoEnergyShield
while moving = Moving
while stationary = Stationary
while sprinting = Sprinting
while channelling = Channelling
while surrounded = Surrounded
while shapeshifted = Shapeshifted
while leeching = Leeching
while leeching life = LeechingLife
while leeching mana = LeechingMana
while bleeding = Bleeding
while ignited = Ignited
while chilled = Chilled
while shocked = Shocked
while frozen = Frozen
while poisoned = Poisoned
while parrying = Parrying
while dodge rolling = DodgeRolling
while dual wielding = DualWielding
while holding a shield = HoldingShield
while wielding a melee weapon = UsingMeleeWeapon
while wielding a quarterstaff = UsingQuarterstaff
while wielding a bow = UsingBow
while wielding an axe = UsingAxe
while wielding a spear = UsingSpear
while wielding a wand = UsingWand
while wielding a staff = UsingStaff
while you have arcane surge = AffectedByArcaneSurge
while you have an active charm = UsingCharm
while you have no life flask uses left = NoLifeFlaskUses
during any flask effect = UsingFlask
during effect of any mana flask = UsingManaFlask
during any mana flask effect = UsingManaFlask
during effect of any life flask = UsingLifeFlask
during any life flask effect = UsingLifeFlask
during empowered attacks = UsingEmpoweredAttack
while affected by an archon buff = AffectedByArchon
while affected by a herald = AffectedByHerald
while affected by herald of ash = AffectedByHeraldOfAsh
while affected by herald of ice = AffectedByHeraldOfIce
while affected by herald of thunder = AffectedByHeraldOfThunder
while affected by herald of plague = AffectedByHeraldOfPlague
while affected by herald of blood = AffectedByHeraldOfBlood
while affected by any damaging ailment = AffectedByDamagingAilment
while your companion is in your presence = CompanionInPresence
while you have an ally in your presence = AllyInPresence
while a rare or unique enemy is in your presence = RareOrUniqueEnemyInPresence
while an enemy with an open weakness is in your presence = EnemyWithOpenWeaknessInPresence
while you have a totem = HaveTotem
while you have at least two different active offerings = HaveTwoDifferentOfferings
while on chilled ground = OnChilledGround
while on ignited ground = OnIgnitedGround
while on shocked ground = OnShockedGround
while off hand is empty and you have a one-handed martial weapon equipped in your main hand = OneHandedMartialWithEmptyOffHand
while actively blocking = ActivelyBlocking
]])

-- Recent events
add([[
if you've killed recently = KilledRecently
if you have killed recently = KilledRecently
if you've hit recently = HitRecently
if you have hit an enemy recently = HitRecently
if you've hit an enemy with a melee attack recently = HitWithMeleeRecently
if you have been hit recently = BeenHitRecently
if you've been hit recently = BeenHitRecently
if you haven't been hit recently = !BeenHitRecently
if you've dealt a critical hit recently = CritRecently
if you haven't dealt a critical hit recently = !CritRecently
if you've dealt a non-critical hit recently = NonCritRecently
if you've cast a spell recently = CastSpellRecently
if you've attacked recently = AttackedRecently
if you haven't attacked recently = !AttackedRecently
if you've blocked recently = BlockedRecently
if you've blocked with a raised shield recently = BlockedWithRaisedShieldRecently
if you've been stunned recently = StunnedRecently
if you haven't been stunned recently = !StunnedRecently
if you have been heavy stunned recently = HeavyStunnedRecently
if you have stunned an enemy recently = StunnedEnemyRecently
if you've stunned an enemy with a two handed melee weapon recently = StunnedEnemyWithTwoHandedMeleeRecently
if you've successfully parried recently = ParriedRecently
if you've pinned an enemy recently = PinnedEnemyRecently
if you've used a mark recently = UsedMarkRecently
if you've triggered a skill recently = TriggeredSkillRecently
if you've summoned a totem recently = SummonedTotemRecently
if you've dodge rolled recently = DodgeRolledRecently
if you've consumed a power charge recently = ConsumedPowerChargeRecently
if you've gained a power charge recently = GainedPowerChargeRecently
if you've consumed a frenzy charge recently = ConsumedFrenzyChargeRecently
if you've consumed an endurance charge recently = ConsumedEnduranceChargeRecently
if you have consumed a corpse recently = ConsumedCorpseRecently
if you have consumed an elemental infusion recently = ConsumedElementalInfusionRecently
if you've chilled an enemy recently = ChilledEnemyRecently
if you've ignited an enemy recently = IgnitedEnemyRecently
if you've shocked an enemy recently = ShockedEnemyRecently
if you have shocked an enemy recently = ShockedEnemyRecently
if you've used a mana flask recently = UsedManaFlaskRecently
if you have shapeshifted to an animal form recently = ShapeshiftedToAnimalRecently
if you have shapeshifted to human form recently = ShapeshiftedToHumanRecently
if one of your minions has died recently = MinionDiedRecently
if you've dealt a melee hit in the past eight seconds = DealtMeleeHitInPast8Seconds
if you've dealt a projectile attack hit in the past eight seconds = DealtProjectileAttackHitInPast8Seconds
]])

-- The enemy
add([[
against burning enemies = EnemyBurning
against ignited enemies = EnemyIgnited
against bleeding enemies = EnemyBleeding
against poisoned enemies = EnemyPoisoned
against chilled enemies = EnemyChilled
against frozen enemies = EnemyFrozen
against shocked enemies = EnemyShocked
against electrocuted enemies = EnemyElectrocuted
against blinded enemies = EnemyBlinded
against dazed enemies = EnemyDazed
against hindered enemies = EnemyHindered
against maimed enemies = EnemyMaimed
against pinned enemies = EnemyPinned
against marked enemies = EnemyMarked
against enemies you mark = EnemyMarked
against cursed enemies = EnemyCursed
against enemies that are affected by no elemental ailments = !EnemyAffectedByElementalAilment
against slowed enemies = EnemySlowed
against immobilised enemies = EnemyImmobilised
against heavy stunned enemies = EnemyHeavyStunned
against stunned enemies = EnemyStunned
against enemies affected by elemental ailments = EnemyAffectedByElementalAilment
against enemies affected by ailments = EnemyAffectedByAilment
against enemies affected by incision = EnemyAffectedByIncision
against enemies affected by blood boils = EnemyAffectedByBloodBoils
against enemies that are on full life = EnemyFullLife
against enemies that are on low life = EnemyLowLife
against enemies that have entered your presence recently = EnemyEnteredPresenceRecently
against enemies that have exited your presence recently = EnemyExitedPresenceRecently
against enemies that are not poisoned = !EnemyPoisoned
on targets that are not poisoned = !EnemyPoisoned
against enemies with fully broken armour = EnemyFullyBrokenArmour
against enemies with exposure = EnemyExposed
against enemies with an open weakness = EnemyHasOpenWeakness
against rare or unique enemies = EnemyRareOrUnique
against rare and unique enemies = EnemyRareOrUnique
against humanoids = EnemyHumanoid
against demons = EnemyDemon
against undead enemies = EnemyUndead
against beasts = EnemyBeast
against constructs = EnemyConstruct
at close range = AtCloseRange
]])
-- The distance is part of the condition's name: "within 2m" and "within 6m" are two conditions.
conditions["against enemies within # metres"] = { named = "EnemyWithin%sMetres" }
conditions["against enemies within #m"] = { named = "EnemyWithin%sMetres" }
conditions["against enemies further than #m"] = { named = "EnemyFurtherThan%sMetres" }
conditions["after # metres"] = { named = "ProjectileTravelled%sMetres" }
conditions["if you have at least # red support gems socketed"] = { named = "AtLeast%sRedSupports" }
conditions["if you have at least # green support gems socketed"] = { named = "AtLeast%sGreenSupports" }
conditions["if you have at least # blue support gems socketed"] = { named = "AtLeast%sBlueSupports" }
conditions["while there are no enemies within #m"] = { named = "NoEnemyWithin%sMetres" }
conditions["if you've dealt a critical hit in the past # seconds"] = { named = "CritInPast%sSeconds" }
conditions["if you've used a life flask in the past # seconds"] = { named = "UsedLifeFlaskInPast%sSeconds" }
conditions["if you've used a skill that requires glory in the past # seconds"] = { named = "UsedGlorySkillInPast%sSeconds" }
conditions["if energy shield recharge has started in the past # seconds"] =
	{ named = "EnergyShieldRechargeStartedInPast%sSeconds" }

return conditions
