// The NestJS app that the guide shows: type-checked against Nest's own types, without a cast.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { installNest } from './nest.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

const app = `\
import { Body, Controller, createParamDecorator, Get, Module, Post, Req, Res, UseGuards } from '@nestjs/common'
import type { ExecutionContext } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { Request, Response } from 'express'
import { createAuth, type Principal } from 'sessera'
import { memory } from 'sessera/memory'
import { forNest } from 'sessera/nest'

const auth = createAuth({ origin: 'http://localhost:3000', store: memory() })
const { routes, guard, principal, signIn, refusals } = forNest(auth)

const Me = createParamDecorator((_: unknown, context: ExecutionContext) =>
  principal(context.switchToHttp().getRequest()),
)

interface Login {
  username: string
  password: string
}

@Controller()
class Site {
  @Post('login')
  async login(@Req() req: Request, @Res({ passthrough: true }) res: Response, @Body() body: Login) {
    await signIn(req, res, { login: body.username, password: body.password })
    return { message: 'Login successful' }
  }

  @Get('dashboard')
  @UseGuards(guard({ roles: ['teller'] }))
  dashboard(@Me() me: Principal) {
    return { message: 'Welcome, ' + me.username }
  }
}

@Module({ controllers: [Site] })
class AppModule {}

export async function createApp() {
  const app = await NestFactory.create(AppModule)
  app.use(routes)
  app.useGlobalFilters(refusals)
  return app
}
`

it.each([[11], [12]])('the app of the guide has the types that NestJS %i wants', async (major) => {
  const folder = mkdtempSync(join(await installNest(major), 'guide-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const compilerOptions = {
    noEmit: true,
    composite: false,
    declaration: false,
    isolatedDeclarations: false,
    experimentalDecorators: true,
    typeRoots: [join(root, 'node_modules/@types')],
    paths: {
      sessera: [join(root, 'packages/sessera/src/index.ts')],
      'sessera/memory': [join(root, 'packages/sessera/src/stores/memory.ts')],
      'sessera/nest': [join(root, 'packages/sessera/src/frameworks/nest.ts')],
    },
  }
  const settings = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files: ['app.ts'] }
  writeFileSync(join(folder, 'app.ts'), app)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const checked = run(process.execPath, [tsc, '-p', folder]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
  expect(await checked).toBe('')
})
