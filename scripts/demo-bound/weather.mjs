// What befalls the processes: stopped for a while, killed and started again, cut off from the store, clocks set or still.
// At least half of them are left in peace, and of each only one hand of the clock ever lies (assumption 3).

import { machineTime } from './machine-time.mjs'
import { pause } from './stage.mjs'

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./fleet.mjs').Member} Member
 * @typedef {import('./dice.mjs').Dice} Dice
 */

const spells = [stop, stop, stop, kill, cutOff, cutOff, cutOff, bend]

/** @param {Stage} stage */
export async function weather(stage) {
  const dice = stage.diceOf('weather')
  const leftInPeace = Math.max(1, Math.floor(stage.members.length / 2))
  /** @type {Set<Member>} */
  const busy = new Set()
  /** @type {Promise<void>[]} */
  const begun = []
  let bag = dice.shuffle(spells)
  await pause(stage, 1000)
  while (!stage.curtain.aborted) {
    await pause(stage, dice.between(200, 900))
    const well = stage.members.filter((member) => !busy.has(member))
    if (well.length <= leftInPeace || stage.curtain.aborted) continue
    const member = dice.pick(well)
    if (bag.length === 0) bag = dice.shuffle(spells)
    const spell = bag.pop() ?? stop
    busy.add(member)
    begun.push(spell(stage, dice, member).finally(() => busy.delete(member)))
  }
  await Promise.all(begun)
}

/**
 * SIGSTOP, 0.2 to 5 s. With a bent clock it is a machine that sleeps, or one whose clock is set back before it goes on.
 *
 * @type {(stage: Stage, dice: Dice, member: Member) => Promise<void>}
 */
async function stop(stage, dice, member) {
  const ms = logarithmic(dice, 200, 5000)
  await hide(stage, dice, member, ms)
  member.stop()
  stage.record.count('stops')
  await pause(stage, ms)
  member.goOn()
}

/**
 * The process runs on without an answer of the store, 0.5 to 4 s, and mostly with only one true clock to tell how long.
 *
 * @type {(stage: Stage, dice: Dice, member: Member) => Promise<void>}
 */
async function cutOff(stage, dice, member) {
  const ms = logarithmic(dice, 500, 4000)
  await hide(stage, dice, member, ms)
  await member.cut()
  stage.record.count('cuts')
  await pause(stage, ms)
  await member.reopen()
}

/**
 * Mostly the lying hand hides how long the spell takes.
 *
 * @type {(stage: Stage, dice: Dice, member: Member, ms: number) => Promise<void>}
 */
async function hide(stage, dice, member, ms) {
  if (dice.happens(0.25)) return
  const now = machineTime()
  const hand = member.liar()
  await member.bend({
    hand,
    ...(hand === 'wall' ? { at: now + 60, by: -jump(dice) } : { at: now, by: ms + 100 }),
  })
  stage.record.count('bends')
}

/** @type {(stage: Stage, dice: Dice, member: Member) => Promise<void>} */
async function kill(stage, dice, member) {
  await member.kill()
  stage.record.count('kills')
  await pause(stage, dice.between(100, 1000))
  if (!stage.aborted.aborted) await member.start()
}

/** @type {(stage: Stage, dice: Dice, member: Member) => Promise<void>} */
async function bend(stage, dice, member) {
  const hand = member.liar()
  const by = hand === 'wall' ? jump(dice) * dice.pick([1, -1]) : logarithmic(dice, 200, 5000)
  await member.bend({ hand, at: machineTime(), by })
  stage.record.count('bends')
  if (hand === 'monotonic') await pause(stage, by)
}

/** A second to three hours. */
function jump(/** @type {Dice} */ dice) {
  return Math.round(logarithmic(dice, 1000, 10_800_000))
}

/** Short ones as often as long ones. */
function logarithmic(/** @type {Dice} */ dice, /** @type {number} */ least, /** @type {number} */ most) {
  return least * (most / least) ** dice.between(0, 1)
}
