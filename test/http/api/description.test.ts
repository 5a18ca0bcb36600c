// The description of the API, which anybody may ask for as often as they like: made once, and of this Auth alone.

import * as files from 'node:fs/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import { createWorld, type World } from '../../support/auth.js'

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof files>()
  return { ...real, readFile: vi.fn(real.readFile) }
})

const read = vi.mocked(files.readFile)

beforeEach(() => {
  read.mockClear()
})

async function describedPaths(world: World, base = '/auth'): Promise<readonly string[]> {
  const { status, text } = await world.client().send('GET', `${base}/openapi.json`)
  expect(status).toBe(200)
  const { paths }: { readonly paths: object } = JSON.parse(text)
  return Object.keys(paths)
}

it('is read once, however often and by how many at once it is asked for', async () => {
  const world = await createWorld()
  const [first, ...others] = await Promise.all([1, 2, 3].map(() => describedPaths(world)))
  others.push(await describedPaths(world))
  expect(first).toContain('/auth/login')
  for (const paths of others) expect(paths).toEqual(first)
  expect(read).toHaveBeenCalledTimes(1)
})

it('is that of the Auth that is asked', async () => {
  const [here, there] = [await createWorld(), await createWorld({ basePath: '/api/door' })]
  expect(await describedPaths(here)).toContain('/auth/login')
  expect(await describedPaths(there, '/api/door')).toContain('/api/door/login')
})

it('is read again after it could not be read', async () => {
  const world = await createWorld()
  read.mockRejectedValueOnce(new Error('too many open files'))
  expect((await world.client().send('GET', '/auth/openapi.json')).status).toBe(500)
  expect(await describedPaths(world)).toContain('/auth/login')
})
