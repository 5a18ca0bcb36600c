// What is mutated, and which tests judge it: the quick ones that import the sources in their own process.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const library = 'packages/sessera/src'

/** The test projects whose tests judge, each the folder of its name. */
export const judges = ['unit', 'http', 'attacks', 'stores']

/** The folders that decide who gets in, and the two files of HTTP that decide it with them. */
export const groups = ['credentials', 'changes', 'kernel', 'http']

/** Wholly covered even when the rest is sampled. */
const decisions = [
  /^credentials\//,
  /^changes\/(lease|follower|knowledge|revocations|segment)/,
  /^kernel\/(authenticate|recognise|live-session|limits|counting|sign-|refresh|rotate|exchange|prove|reauthenticate|grant)/,
  /^kernel\/(start-session|end-|change-password|new-password|user-changed|touches|watched-sessions)/,
  /^http\//,
]

/** @returns {string[]} paths from the root of the repository */
export function sourceFiles() {
  return [
    ...['credentials', 'changes', 'kernel'].flatMap((folder) => filesBelow(join(library, folder), /\.ts$/)),
    ...filesBelow(join(library, 'http'), /\/(origin|cookies)[^/]*\.ts$/),
  ].sort()
}

/** @returns {string[]} paths from the root of the repository */
export function testFiles() {
  return judges.flatMap((folder) => filesBelow(join('test', folder), /\.test\.ts$/))
}

/** @param {string} file */
export function groupOf(file) {
  return within(file).split('/')[0] ?? ''
}

/** @param {string} file */
export function isDecision(file) {
  return decisions.some((pattern) => pattern.test(within(file)))
}

/** @param {string} file */
export function within(file) {
  return file.slice(library.length + 1)
}

/**
 * @param {string} folder
 * @param {RegExp} wanted
 */
function filesBelow(folder, wanted) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => wanted.test(path))
}
