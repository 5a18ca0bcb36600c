// Many spellings of one idea as a single attack: all are refused in one scene, and the one that is not is named.

import assert from 'node:assert/strict'
import type { RawRequest } from '../../http/raw-request.js'
import type { OutsideAttack } from './attack.js'
import { faceOf, type Refusal, refuse, type Scene, sceneOf } from './refusal.js'

export type Spelling = Omit<Refusal, 'line' | 'pages'>

export function refusedTogether(
  { line, what }: Pick<OutsideAttack, 'line' | 'what'>,
  spellings: readonly Spelling[],
): OutsideAttack {
  return {
    line,
    what,
    async run(target) {
      const scene = await sceneOf(target)
      for (const spelling of spellings) {
        try {
          await refuse(scene, spelling)
        } catch (error) {
          throw new Error(`${spelling.what}: ${error instanceof Error ? error.message : error}`)
        }
      }
    },
  }
}

/** Requests that must all be answered with the same bytes as `like`: the first and the last are looked at closely. */
export async function refuseAlike(
  scene: Scene,
  requests: readonly RawRequest[],
  { status, like }: { readonly status: number; readonly like: RawRequest },
): Promise<void> {
  const plain = faceOf(await scene.target.send(like))
  const closely = (request: RawRequest): Promise<unknown> => refuse(scene, { send: () => request, status })
  for (const request of [...requests.slice(0, 1), ...requests.slice(-1)]) await closely(request)
  for (const request of requests) {
    const { path, headers = [] } = request
    assert.deepEqual(
      faceOf(await scene.target.send(request)),
      plain,
      `${path} ${headers.map((line) => line.join(': ')).join(', ')} differs from what is junk`,
    )
  }
}
