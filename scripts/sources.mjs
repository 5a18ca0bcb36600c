// Loads a TypeScript file of the tests outside of a test run, with `sessera` meaning the sources as it does there.

import { fileURLToPath } from 'node:url'
import { createViteServer } from 'vitest/node'

/**
 * @template T what the file exports
 * @param {string} path from the root, such as `/test/attacks/against.ts`
 * @param {import('vitest/node').Vite.Plugin[]} [plugins]
 * @returns {Promise<T>}
 */
export async function importSource(path, plugins = []) {
  const server = await createViteServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    plugins,
  })
  const environment = /** @type {import('vitest/node').Vite.RunnableDevEnvironment} */ (
    server.environments.ssr
  )
  return await environment.runner.import(path)
}
