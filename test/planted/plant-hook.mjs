// The hook of plant.mjs, in the thread where modules are loaded.

/** @type {{ file: string, from: string, to: string }[]} */
let holes = []

/** @param {{ file: string, from: string, to: string }[]} data */
export function initialize(data) {
  holes = data
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  const own = holes.filter(({ file }) => url.endsWith(`/packages/${file}`))
  if (own.length === 0) return loaded
  let source = String(loaded.source)
  for (const { file, from, to } of own) {
    if (source.split(from).length !== 2) {
      console.error(`${file} does not hold exactly once: ${from}`)
      process.exit(1)
    }
    source = source.replace(from, () => to)
  }
  return { ...loaded, source }
}
