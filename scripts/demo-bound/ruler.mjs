// Whoever rules over users: ends all their sessions or all but one, shuts them out for a moment, changes their roles.

import { ask } from './ask.mjs'
import { begin, end, insist, pause, settle } from './stage.mjs'

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./stage.mjs').Person} Person
 * @typedef {import('./dice.mjs').Dice} Dice
 */

const acts = [endAll, endOthers, shutOut, changeRoles, changeRoles]

/**
 * @param {Stage} stage
 * @param {readonly Person[]} people
 */
export async function rule(stage, people) {
  const dice = stage.diceOf('ruler')
  /** @type {Promise<void>[]} */
  const begun = []
  while (!stage.curtain.aborted) {
    await pause(stage, dice.between(100, 600))
    const person = dice.pick(people)
    const act = dice.pick(acts)
    begun.push(person.inTurn(() => act(stage, dice, person)))
  }
  await Promise.all(begun)
}

/** @type {(stage: Stage, dice: Dice, person: Person) => Promise<void>} */
async function endAll(stage, dice, { id, sessions }) {
  await end(stage, dice, [...sessions], { path: `/end-all?user=${id}` })
}

/** @type {(stage: Stage, dice: Dice, person: Person) => Promise<void>} */
async function endOthers(stage, dice, { id, sessions }) {
  const [spared, ...others] = dice.shuffle([...sessions])
  if (spared === undefined || others.length === 0) return
  await end(stage, dice, others, { path: `/end-all?user=${id}&except=${spared.id}` })
}

/** @type {(stage: Stage, dice: Dice, person: Person) => Promise<void>} */
async function shutOut(stage, dice, { id, sessions }) {
  await end(stage, dice, [...sessions], { path: `/disable?user=${id}` })
  if (stage.aborted.aborted) return
  const member = dice.pick(stage.members)
  const { status } = await ask(member, { method: 'POST', path: `/start?user=${id}&mode=session` })
  if (status === 200) stage.record.violated('signed in while disabled', `at process ${member.number}`)
  await pause(stage, dice.between(100, 1500))
  await insist(stage, dice, { path: `/enable?user=${id}` })
}

/** @type {(stage: Stage, dice: Dice, person: Person) => Promise<void>} */
async function changeRoles(stage, dice, { id, roles }) {
  const change = { ...begin(), version: roles.length + 1 }
  roles.push(change)
  if (settle(change, await insist(stage, dice, { path: `/roles?user=${id}&role=v${change.version}` })))
    stage.record.count('rolesChanged')
}
