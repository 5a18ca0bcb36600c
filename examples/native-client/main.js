#!/usr/bin/env node
// A command-line app that signs in to a Sessera server (SERVER) and stays so: node main.js sign-in NAME | whoami | sign-out

import { homedir } from 'node:os'
import { join } from 'node:path'
import { ClientError, createClient } from 'sessera/client'
import { readPassword } from './read-password.js'
import { alone, refreshTokenFile } from './refresh-token-file.js'

const {
  SERVER: origin = 'http://localhost:3000',
  TOKEN_FILE: path = join(homedir(), '.config', 'sessera-example', 'refresh-token'),
} = process.env

const client = createClient({ mode: 'token', origin, storage: refreshTokenFile(path) })

/** @type {Record<string, (...words: string[]) => Promise<string>>} */
const commands = {
  async 'sign-in'(username = '') {
    const password = await readPassword(`Password of ${username}: `)
    const { user } = await client.signIn({ username, password, remember: true })
    return `Signed in as ${user.username}.`
  },
  async whoami() {
    const response = await client.fetch('/auth/me')
    if (response.status === 401) throw new Error('Nobody. Sign in first: node main.js sign-in NAME')
    const { username, roles } = await response.json()
    return [username, ...roles].join(' ')
  },
  async 'sign-out'() {
    await client.signOut()
    return 'Signed out.'
  },
}

const [name = '', ...words] = process.argv.slice(2)
const command = commands[name]
try {
  if (command === undefined) throw new Error('Say what to do: sign-in NAME, whoami or sign-out.')
  console.log(await alone(path, () => command(...words)))
} catch (error) {
  const isKnown = error instanceof ClientError || (error instanceof Error && error.message !== 'fetch failed')
  console.error(isKnown ? error.message : `${origin} cannot be reached.`)
  process.exitCode = 1
}
