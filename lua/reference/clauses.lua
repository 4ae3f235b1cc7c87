-- Whole clauses that do not have the form "N% increased X" or "+N to X". One per line:
--
--   clause == KIND Name [@n | =value] [-] [tags...]; KIND Name ...
--
-- "#" is a number. "@2" takes the second number (the first is the default), "=5" is a constant, and "-" negates the value.
-- "per:X", "actor:X" and "if:X" give a quantity, an actor and a condition; other words are scope tags. FLAG has no number.
-- Qualifiers may follow a clause.
local clauses = {}

local function compile(text)
	for line in text:gmatch("[^\n]+") do
		local clause, list = line:match("^%s*(.-)%s+==%s+(.-)%s*$")
		if clause then
			local parts = {}
			for part in list:gmatch("[^;]+") do
				local kind, name, rest = part:match("^%s*(%u+)%s+(%w+)(.*)$")
				local entry = { kind = kind, name = name, number = 1, sign = 1, scope = {} }
				for word in rest:gmatch("%S+") do
					if word == "-" then
						entry.sign = -1
					elseif word:sub(1, 1) == "@" then
						entry.number = tonumber(word:sub(2))
					elseif word:sub(1, 1) == "=" then
						entry.constant = tonumber(word:sub(2))
					else
						entry.scope[#entry.scope + 1] = word
					end
				end
				if kind == "FLAG" then
					entry.constant = 1
				end
				parts[#parts + 1] = entry
			end
			clauses[clause] = parts
		end
	end
end

-- Pools, recovery and defences
compile([[
regenerate #% of maximum life per second == BASE LifeRegenPercent
regenerate # life per second == BASE LifeRegen
# life regeneration per second == BASE LifeRegen
regenerate # mana per second == BASE ManaRegen
regenerate mana equal to #% of maximum life per second == BASE ManaRegenPercentOfLife
regenerate #% of your maximum rage per second == BASE RageRegenPercent
regenerate #% of your maximum life per second == BASE LifeRegenPercent
regenerate # rage per second == BASE RageRegen
lose #% of maximum mana per second == BASE ManaDegenPercent
#% faster start of energy shield recharge == INC EnergyShieldRechargeFaster
#% slower start of energy shield recharge == INC EnergyShieldRechargeFaster -
-# second to base energy shield recharge delay == BASE EnergyShieldRechargeDelay -
+#% of armour also applies to elemental damage == BASE ArmourAppliesToFire; BASE ArmourAppliesToCold; BASE ArmourAppliesToLightning
+#% of armour also applies to fire damage == BASE ArmourAppliesToFire
+#% of armour also applies to cold damage == BASE ArmourAppliesToCold
+#% of armour also applies to lightning damage == BASE ArmourAppliesToLightning
+#% of armour also applies to chaos damage == BASE ArmourAppliesToChaos
#% additional physical damage reduction == BASE PhysicalDamageReduction
maximum physical damage reduction is #% == OVERRIDE PhysicalDamageReductionMax
gain deflection rating equal to #% of evasion rating == BASE EvasionGainAsDeflection
gain deflection rating equal to #% of armour == BASE ArmourGainAsDeflection
gain #% of evasion rating as extra armour == BASE EvasionGainAsArmour
gain #% of evasion rating as extra ailment threshold == BASE EvasionGainAsAilmentThreshold
gain additional stun threshold equal to #% of maximum energy shield == BASE EnergyShieldGainAsStunThreshold
gain additional ailment threshold equal to #% of maximum energy shield == BASE EnergyShieldGainAsAilmentThreshold
gain #% of maximum energy shield as additional freeze threshold == BASE EnergyShieldGainAsFreezeThreshold
gain accuracy rating equal to your intelligence == BASE Accuracy =1 per:Int
gain accuracy rating equal to your strength == BASE Accuracy =1 per:Str
prevent +#% of damage from deflected hits == BASE DeflectEffect
prevent +#% of damage from deflected critical hits == BASE DeflectEffect CriticalHit
-#% to amount of damage prevented by deflection == BASE DeflectEffect -
+#% to maximum block chance == BASE BlockChanceMax
maximum block chance is #% == OVERRIDE BlockChanceMax
maximum chance to evade is #% == OVERRIDE EvadeChanceMax
you take #% of damage from blocked hits == BASE BlockedDamageTaken
gain #% base chance to block from equipped shield instead of the shield's value == OVERRIDE ShieldBlockChance
take #% less damage == MORE DamageTaken -
take #% less damage from hits == MORE DamageTakenFromHits -
#% increased damage taken == INC DamageTaken
defend with #% of armour == OVERRIDE ArmourDefense
defend with #% of armour against critical hits == OVERRIDE ArmourDefense CriticalHit
defend with #% of armour against projectile attacks == OVERRIDE ArmourDefense Projectile
#% chance to defend with #% of armour == BASE ArmourDefenseChance @1; BASE ArmourDefenseChanceShare @2
convert #% of maximum energy shield to maximum mana == BASE EnergyShieldConvertToMana
#% of maximum life converted to energy shield == BASE LifeConvertToEnergyShield
converts all evasion rating to armour == FLAG IronReflexes
maximum life is # == OVERRIDE Life
you have no mana == OVERRIDE Mana =0
you have no spirit == OVERRIDE Spirit =0
immune to chaos damage and bleeding == FLAG ChaosImmune; FLAG BleedImmune
chance to evade is unlucky == FLAG UnluckyEvade
chance to deflect is lucky == FLAG LuckyDeflect
accuracy rating is doubled == MORE Accuracy =100
chaos resistance is doubled == MORE ChaosResist =100
no inherent mana regeneration == FLAG NoInherentManaRegen
energy shield does not recharge == FLAG NoEnergyShieldRecharge
excess life recovery from regeneration is applied to energy shield == FLAG ExcessLifeRegenToEnergyShield
life recharges instead of energy shield == FLAG EnergyShieldRechargeAppliesToLife
inherent life granted by strength is halved == FLAG HalfLifeFromStrength
inherent bonuses gained from attributes are doubled == FLAG DoubleAttributeBonuses
evasion rating from equipped body armour is halved == MORE EvasionFromBodyArmour =-50
physical damage reduction from armour is based on your combined armour and evasion rating == FLAG ArmourFromArmourAndEvasion
modifiers to maximum fire resistance also grant maximum cold and lightning resistance == FLAG FireResistMaxAppliesToColdAndLightning
#% of damage is taken from mana before life == BASE DamageTakenFromManaBeforeLife
all damage is taken from mana before life == BASE DamageTakenFromManaBeforeLife =100
#% of elemental damage is taken from mana before life == BASE ElementalDamageTakenFromManaBeforeLife
#% of damage taken bypasses energy shield == BASE EnergyShieldBypass
#% of damage taken recouped as life == BASE LifeRecoup
#% of damage taken recouped as mana == BASE ManaRecoup
#% of damage taken recouped as life, mana and energy shield == BASE LifeRecoup; BASE ManaRecoup; BASE EnergyShieldRecoup
#% of physical damage taken recouped as life == BASE PhysicalLifeRecoup
#% of elemental damage taken recouped as life == BASE ElementalLifeRecoup
#% of elemental damage taken recouped as energy shield == BASE ElementalEnergyShieldRecoup
#% of physical damage prevented recouped as life == BASE PhysicalPreventedLifeRecoup
#% of physical damage prevented recouped as energy shield per enemy power == BASE PhysicalPreventedEnergyShieldRecoup per:EnemyPower
#% of damage taken from deflected hits recouped as life == BASE DeflectedLifeRecoup
#% of cold damage taken as fire damage == BASE ColdDamageTakenAsFire
#% of lightning damage taken as fire damage == BASE LightningDamageTakenAsFire
#% of physical damage taken as fire damage == BASE PhysicalDamageTakenAsFire
#% of physical damage taken as cold damage == BASE PhysicalDamageTakenAsCold
#% of physical damage taken as lightning damage == BASE PhysicalDamageTakenAsLightning
#% of physical damage taken as chaos damage == BASE PhysicalDamageTakenAsChaos
#% of physical damage from hits taken as fire damage == BASE PhysicalDamageFromHitsTakenAsFire
#% of physical damage from hits taken as damage of a random element == BASE PhysicalDamageFromHitsTakenAsRandom
hits against you have #% reduced critical damage bonus == INC EnemyCritMultiplier -
hits have #% reduced critical hit chance against you == INC EnemyCritChance -
hits against you have no critical damage bonus == MORE EnemyCritMultiplier =-100
enemy critical hit chance against you is unlucky == FLAG EnemyCritUnlucky
damage of enemies hitting you is unlucky == FLAG EnemyDamageUnlucky
#% chance for damage of enemies hitting you to be unlucky == BASE EnemyDamageUnluckyChance
#% chance to avoid death from hits == BASE AvoidDeathChance
debuffs on you expire #% faster == INC SelfDebuffExpirationRate
buffs on you expire #% slower == INC SelfBuffExpirationRate -
your speed is unaffected by slows == FLAG UnaffectedBySlows
ignore all movement penalties from armour == FLAG IgnoreArmourMovementPenalties
cannot be blinded == FLAG BlindImmune
cannot be light stunned == FLAG LightStunImmune
cannot be heavy stunned while sprinting == FLAG HeavyStunImmuneWhileSprinting
cannot dodge roll or sprint == FLAG CannotDodgeRoll
cannot use charms == FLAG CannotUseCharms
cannot recover life other than from leech == FLAG CannotRecoverLifeOutsideLeech
you cannot be electrocuted == FLAG ElectrocuteImmune
you cannot recover energy shield from regeneration == FLAG CannotRecoverEnergyShieldFromRegen
you cannot recover energy shield to above armour == FLAG EnergyShieldRecoveryCappedByArmour
skill mana costs converted to life costs == BASE ManaCostConvertToLife =100
#% of skill mana costs converted to life costs == BASE ManaCostConvertToLife
#% of spell mana cost converted to life cost == BASE ManaCostConvertToLife Spell
mana costs are doubled == MORE ManaCost =100
stun threshold is based on #% of your energy shield instead of life == OVERRIDE StunThresholdEnergyShieldPercent
reserves #% of life == BASE LifeReservedPercent
cannot gain spirit from equipment == FLAG NoSpiritFromEquipment
recover #% of maximum life on kill == BASE LifeOnKillPercent
recover #% of maximum mana on kill == BASE ManaOnKillPercent
gain # life per enemy killed == BASE LifeOnKill
gain # mana per enemy killed == BASE ManaOnKill
recover # life when you block == BASE LifeOnBlock
# life gained when you block == BASE LifeOnBlock
# mana gained when you block == BASE ManaOnBlock
gain # energy shield when you block == BASE EnergyShieldOnBlock
recover #% of maximum life for each endurance charge consumed == BASE LifePercentPerEnduranceChargeConsumed
recover #% of maximum mana when you consume a power charge == BASE ManaPercentPerPowerChargeConsumed
leech life #% faster == INC LifeLeechRate
leech life #% slower == INC LifeLeechRate -
leech life #% less quickly == MORE LifeLeechRate -
leech #% of physical attack damage as life == BASE PhysicalLifeLeech Attack
leech #% of physical attack damage as mana == BASE PhysicalManaLeech Attack
#% of spell damage leeched as life == BASE LifeLeechOfDamage Spell
#% of thorns damage leeched as life == BASE LifeLeechOfDamage Thorns
life leech effects are not removed when unreserved life is filled == FLAG LifeLeechKeptAtFullLife
life flask effects are not removed when unreserved life is filled == FLAG LifeFlaskKeptAtFullLife
culling strike == FLAG CullingStrike
you have arcane surge == FLAG ArcaneSurge
-#% increased spirit reservation efficiency == INC ReservationEfficiency -
+# to any attribute == BASE AnyAttribute
#% of evasion rating also grants elemental damage reduction == BASE EvasionAppliesToElementalDamage
evasion rating from equipped helmet, gloves and boots is doubled == MORE EvasionFromHelmet =100; MORE EvasionFromGloves =100; MORE EvasionFromBoots =100
#% of life loss from hits is prevented, then that much life is lost over # seconds instead == BASE LifeLossPrevented @1; BASE LifeLossPreventedDuration @2
+# charm slot == BASE CharmSlots
+# ring slot == BASE RingSlots
has # charm slot == BASE CharmSlots
has # charm slots == BASE CharmSlots
leeches #% of physical damage as life == BASE PhysicalLifeLeech
leeches #% of physical damage as mana == BASE PhysicalManaLeech
+# maximum rage == BASE MaximumRage
+# metres to melee strike range == BASE MeleeStrikeRange
+# metres to dodge roll distance == BASE DodgeRollDistance
no inherent loss of rage == FLAG NoRageLoss
inherent loss of rage is #% slower == INC RageLossRate -
#% faster start of inherent rage loss == INC RageLossFaster
no rage effect == FLAG NoRageEffect
gain # rage on melee hit == BASE RageOnHit Melee
gain # rage on melee axe hit == BASE RageOnHit Axe Melee
gain # rage when hit by an enemy == BASE RageWhenHit
life flasks gain # charges per second == BASE LifeFlaskChargesPerSecond
mana flasks gain # charges per second == BASE ManaFlaskChargesPerSecond
charms gain # charges per second == BASE CharmChargesPerSecond
]])
for _, immunity in ipairs({
	"bleeding", "poison", "chill", "shock", "ignite", "maim", "hinder", "exposure", "corrupted blood",
}) do
	local name = immunity:gsub("(%a)(%a*)%s*", function(first, rest)
		return first:upper() .. rest
	end)
	compile("immune to " .. immunity .. " == FLAG " .. (name == "Bleeding" and "Bleed" or name) .. "Immune")
end
for _, ground in ipairs({ "chilled ground", "shocked ground", "elemental weakness" }) do
	local name = ground:gsub("(%a)(%a*)%s*", function(first, rest)
		return first:upper() .. rest
	end)
	compile("unaffected by " .. ground .. " == FLAG UnaffectedBy" .. name)
end
compile([[
deflected hits cannot inflict bleeding on you == FLAG DeflectedHitsCannotBleed
deflected hits cannot inflict maim on you == FLAG DeflectedHitsCannotMaim
recover #% of maximum life when you create an offering == BASE LifePercentOnOffering
recover #% of maximum mana when a charm is used == BASE ManaPercentOnCharm
recover #% of maximum life when you use a mana flask == BASE LifePercentOnManaFlask
immune to freeze and chill == FLAG FreezeImmune; FLAG ChillImmune
unaffected by damaging ailments == FLAG UnaffectedByDamagingAilments
]])

return { entries = clauses, compile = compile }
