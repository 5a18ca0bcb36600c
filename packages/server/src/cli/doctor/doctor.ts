// `sessera doctor`: every check, whatever the others find; what is wrong and what to do.

import { ConfigurationError, createAuth } from 'sessera'
import { memory } from 'sessera/memory'
import { authOptionsOf } from '../../auth-options.js'
import type { Config } from '../../config.js'
import type { Outcome } from '../act.js'
import { exitCodes } from '../command-error.js'
import { explain } from '../explain.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine } from '../text.js'
import { readConfig } from '../with-auth.js'
import { examineConfiguration } from './configuration.js'
import { examineDatabase } from './database.js'
import { examineFiles } from './files.js'
import { createCheck, type Finding } from './finding.js'
import { examinePort } from './port.js'

export async function doctor(shell: Shell, { json }: { readonly json?: true }): Outcome {
  const findings = await examine(shell)
  if (json) await shell.out.write(toJsonLine(findings))
  else await shell.out.write(findings.map(toLine).join(''))
  return findings.some(({ state }) => state === 'problem') ? exitCodes.failed : exitCodes.done
}

async function examine(shell: Shell): Promise<readonly Finding[]> {
  const check = createCheck('configuration')
  let config: Config
  try {
    config = await readConfig(shell)
    await tryOptions(config)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.message.split('\n').map(check.problem)
  }
  return [
    check.ok(`It is complete, for ${config.origin}.`),
    ...examineConfiguration(config),
    ...(await attempt('data folder', () => examineFiles(config))),
    ...(await attempt('database', () => examineDatabase(shell, config))),
    ...(await attempt('port', async () => [await examinePort(config)])),
  ]
}

/** What the library itself would refuse, such as a proxy that is none. */
async function tryOptions(config: Config): Promise<void> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const secrets = config.secrets ?? ['only to try the other options out']
  await createAuth({
    ...authOptionsOf(config, { secrets, log, store: memory() }),
    follow: 'on-demand',
  }).close()
}

/** A check that cannot be made is a problem by itself, and no reason to leave out the others. */
async function attempt(
  name: string,
  examineIt: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examineIt()
  } catch (error) {
    return [createCheck(name).problem(explain(error).sentence ?? 'It could not be looked at.')]
  }
}

const labels = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' } as const

function toLine({ check, state, sentence }: Finding): string {
  return `${labels[state].padEnd(8)} ${check.padEnd(15)} ${printable(sentence)}\n`
}
