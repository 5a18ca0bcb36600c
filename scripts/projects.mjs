// The test projects: each is the folder of its name under test/. `fast` ones make `npm test`,
// `slow` ones the rest of `npm run test:all`; `compat` marks those that run on every supported Node.

/**
 * @typedef {object} Project
 * @property {'fast' | 'slow'} group
 * @property {string[]} include globs of its test files
 * @property {string[]} [exclude]
 * @property {true} [compat]
 * @property {true} [types] its files are type-checked, not run
 */

/** @type {Record<string, Project>} */
export const projects = {
  unit: { group: 'fast', include: ['test/unit/**/*.test.ts'], compat: true },
  stores: { group: 'fast', include: ['test/stores/**/*.test.ts'], compat: true },
  http: { group: 'fast', include: ['test/http/**/*.test.ts'], compat: true },
  adapters: { group: 'fast', include: ['test/adapters/**/*.test.ts'] },
  client: { group: 'fast', include: ['test/client/**/*.test.ts'] },
  attacks: { group: 'fast', include: ['test/attacks/**/*.test.ts'], compat: true },
  faults: { group: 'fast', include: ['test/faults/**/*.test.ts'] },
  server: { group: 'fast', include: ['test/server/**/*.test.{ts,tsx}'] },
  examples: { group: 'fast', include: ['test/examples/**/*.test.ts'] },
  layout: { group: 'fast', include: ['test/layout/**/*.test.ts'] },
  types: { group: 'fast', include: ['test/types/**/*.test-d.ts'], types: true },
  'browser-fast': { group: 'fast', include: ['test/browser/**/*.fast.test.ts'] },
  browser: {
    group: 'slow',
    include: ['test/browser/**/*.test.ts'],
    exclude: ['test/browser/**/*.fast.test.ts'],
  },
  'recipes-fast': { group: 'fast', include: ['test/recipes/vitest/*.test.ts'] },
  recipes: { group: 'slow', include: ['test/recipes/*.test.ts'] },
  models: { group: 'slow', include: ['test/models/**/*.test.ts'] },
  fuzz: { group: 'slow', include: ['test/fuzz/**/*.test.ts'] },
  planted: { group: 'slow', include: ['test/planted/**/*.test.ts'] },
  operating: { group: 'slow', include: ['test/operating/**/*.test.ts'] },
  frameworks: { group: 'slow', include: ['test/frameworks/**/*.test.ts'] },
  packaging: { group: 'slow', include: ['test/packaging/**/*.test.ts'] },
}

/**
 * @param {(project: Project) => boolean} wanted
 * @returns {string[]}
 */
export function namesOf(wanted) {
  return Object.keys(projects).filter((name) => wanted(/** @type {Project} */ (projects[name])))
}
