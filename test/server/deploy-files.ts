// The files of deploy/ as data, and the tools that judge them.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

export interface Instruction {
  readonly name: string
  readonly text: string
}

/** Each stage of a Dockerfile, its FROM first. */
export function stagesOf(dockerfile: string): readonly (readonly Instruction[])[] {
  const lines = dockerfile
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
  const stages: Instruction[][] = []
  for (const line of lines.trim().split('\n')) {
    const [, name = '', text = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    if (name === '') throw new Error(`This is no instruction: ${line}`)
    if (name === 'FROM') stages.push([])
    stages.at(-1)?.push({ name, text })
  }
  return stages
}

/** `NAME=value` pairs of all ENV instructions. */
export function environmentOf(stage: readonly Instruction[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stage
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ text }) => text.split(' '))
      .map((pair) => pair.split(/=(.*)/s, 2)),
  )
}

/** Whether a path reaches the builder: the last pattern that fits it, or a folder above it, decides. */
export function isSentToBuilder(path: string, dockerignore: string): boolean {
  let sent = true
  for (const line of dockerignore.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const pattern = line
      .replace(/^!/, '')
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/\*\*\/|\*\*|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'))
    if (new RegExp(`^${pattern}(?:/.*)?$`).test(path)) sent = line.startsWith('!')
  }
  return sent
}

/** A unit or an environment file: every value of each name, in order. */
export function settingsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const settings = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Za-z_]+)=(.*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    settings.set(name, [...(settings.get(name) ?? []), value])
  }
  return settings
}

/** A continuous run has every tool; elsewhere what is missing is not asked. */
export function isThere(tool: string): boolean {
  return process.env['CI'] === 'true' || spawnSync('which', [tool]).status === 0
}

/** What the tool says, when it is content. */
export function ask(tool: string, args: readonly string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}
