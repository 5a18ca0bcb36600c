// One attack as a process of its own, at a lower priority than the server and everybody else: they share one machine,
// and what is measured is the server, not who is quicker to get a processor.

import { readFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { serve } from '../lib/server.mjs'
import { attacks } from './attacks.mjs'

/** @type {{ name: string, preparedFile: string } & Omit<import('./attacks.mjs').Target, 'prepared'>} */
const { name, preparedFile, ...given } = JSON.parse(process.argv[2] ?? '{}')
const attack = attacks[name]
if (attack === undefined) throw new Error(`There is no attack ${name}.`)
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
const underWay = attack.begin({ ...given, prepared: JSON.parse(readFileSync(preparedFile, 'utf8')) })
await underWay.ready()
serve({}, { answer: () => underWay.count(), stop: async () => undefined })
