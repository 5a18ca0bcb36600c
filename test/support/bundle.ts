// A module of ours as browsers would load it: one minified file, made by Vite as a front end's build makes it.

import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { makeFolder } from './folder.js'

const source = fileURLToPath(new URL('../../packages/sessera/src/', import.meta.url))

export interface Bundle {
  readonly code: string
  /** The files inside, relative to the source of the library. */
  readonly modules: readonly string[]
}

/** @param program may import `./client/index.ts` and its neighbours by their place in the source of the library */
export async function bundle(program: string): Promise<Bundle> {
  const folder = makeFolder()
  const entry = join(folder.path, 'entry.js')
  writeFileSync(entry, program.replaceAll("'./", `'${source}`))
  try {
    const outputs = await build({
      configFile: false,
      root: folder.path,
      logLevel: 'silent',
      build: {
        write: false,
        minify: true,
        modulePreload: false,
        rolldownOptions: { input: entry, external: ['react'], preserveEntrySignatures: 'strict' },
      },
    })
    const [chunk] = (outputs as Rolldown.RolldownOutput).output ?? []
    if (chunk === undefined) throw new Error('Vite made nothing of it.')
    const modules = chunk.moduleIds.filter((id) => id.startsWith(source)).map((id) => relative(source, id))
    return { code: chunk.code, modules }
  } finally {
    folder.remove()
  }
}
