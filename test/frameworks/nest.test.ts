// NestJS does what every framework does, in the majors that are in use. Installs them on demand.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { forNest } from '../../packages/sessera/src/frameworks/nest.js'
import { conformance } from '../adapters/suite.js'
import { createWorld } from '../support/auth.js'
import { installNest, nestFixture } from './nest.js'

conformance(await nestFixture(11))
conformance(await nestFixture(12))

describe.each([[11], [12]])('a guard in NestJS %i lets nobody in', async (major) => {
  const file = join(await installNest(major), 'node_modules/@nestjs/core/helpers/execution-context-host.js')
  const { ExecutionContextHost } = await import(pathToFileURL(file).href)

  it.each([['ws'], ['rpc'], ['graphql']])('where the request is no HTTP but %s', async (kind) => {
    const { auth } = await createWorld()
    const context = new ExecutionContextHost([{}, {}])
    context.setType(kind)
    expect(() => forNest(auth).guard().canActivate(context)).toThrow(`not for "${kind}"`)
  })

  it('where the request is not one of Express', async () => {
    const { auth } = await createWorld()
    const context = new ExecutionContextHost([{ raw: {}, headers: {} }, { raw: {} }])
    expect(() => forNest(auth).guard().canActivate(context)).toThrow('@nestjs/platform-express only')
  })
})
