// The stand-alone server as https://auth.bank.test, two users who have registered there, and the people at one browser.
// Invariant: each visit is a person of their own, gone when the test ends.

import { onTestFinished } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { type ServerProcess, startServer } from '../support/server-process.js'
import type { Kind, Person, Tab } from './person.js'
import { createWeb, forwardTo, page, type Web } from './web.js'

export const password = 'a few quiet words'
/** A page of an app at the same origin. The server's own let no script run, let alone ask. */
export const appPage = '/app'
export type Username = 'ada' | 'mallory'

export interface Bank {
  readonly web: Web
  readonly origin: string
  readonly server: ServerProcess
  newPerson(): Promise<Person>
  /** Two tabs of one person, one of them at the app's page. Null: not signed in. */
  visit(username: Username | null, mode?: 'session' | 'hybrid'): Promise<Visit>
  close(): Promise<void>
}

export interface Visit {
  readonly person: Person
  readonly ours: Tab
  readonly other: Tab
}

export async function openBank({ launch }: Kind): Promise<Bank> {
  const folder = makeFolder()
  const web = await createWeb()
  const origin = web.origin('auth.bank.test')
  const [people, server] = await Promise.all([
    launch(web.authority),
    startServer(folder.path, {
      SESSERA_ORIGIN: origin,
      SESSERA_REGISTRATION: 'open',
      SESSERA_TRUSTED_PROXIES: 'loopback',
    }),
  ])
  const [app, forward] = [page(''), forwardTo(server.port)]
  web.serve(origin, (req, res) => (req.url === appPage ? app : forward)(req, res))
  for (const username of ['ada', 'mallory']) await send(server, 'register', { username, password })

  async function newPerson(): Promise<Person> {
    const person = await people.newPerson()
    onTestFinished(() => person.leave())
    return person
  }

  return {
    web,
    origin,
    server,
    newPerson,
    async visit(username, mode = 'session') {
      const person = await newPerson()
      const ours = await person.newTab()
      const other = await person.newTab()
      await ours.open(`${origin}${appPage}`)
      if (username !== null) {
        const { status } = await ask(ours, '/auth/login', { json: { username, password, mode } })
        if (status !== 200) throw new Error(`Signing in was answered with ${status}.`)
      }
      return { person, ours, other }
    },
    async close() {
      await people.close()
      await server.stop()
      await web.close()
      folder.remove()
    },
  }
}

/** The values of the cookies that somebody gets who signs in without a browser. */
export async function cookiesOf(
  { server }: Pick<Bank, 'server'>,
  username: Username,
  how: object = {},
): Promise<ReadonlyMap<string, string>> {
  const response = await send(server, 'login', { username, password, ...how })
  const pairs = response.headers.getSetCookie().map((line) => line.split(';', 1)[0]?.split('=') ?? [])
  return new Map(pairs.map(([name = '', value = '']) => [name, value]))
}

async function send({ port }: ServerProcess, path: string, json: object): Promise<Response> {
  const response = await fetch(`http://localhost:${port}/auth/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(json),
  })
  if (!response.ok) throw new Error(`/auth/${path} was answered with ${response.status}.`)
  return response
}

export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>> | null
}

export interface Question {
  readonly method?: string
  readonly json?: object
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly credentials?: 'include' | 'omit'
  readonly cache?: 'default' | 'force-cache' | 'only-if-cached'
  readonly mode?: 'cors' | 'same-origin'
}

/** What a script of the page in the tab gets from fetch. Status 0: the browser withholds the answer. */
export async function ask(
  tab: Tab,
  url: string,
  { json, text, headers = {}, ...asked }: Question = {},
): Promise<Answer> {
  const body = json === undefined ? text : JSON.stringify(json)
  const init = {
    method: body === undefined ? 'GET' : 'POST',
    credentials: 'include',
    headers: { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body,
    ...asked,
  }
  const answer = await tab.run(`fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(
    async (response) => {
      const text = await response.text()
      return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : null }
    },
    () => ({ status: 0, json: null }),
  )`)
  return answer as Answer
}

/** Whom the API takes the browser for, asked by a page of ours; null when for nobody. */
export async function whoIs(tab: Tab): Promise<unknown> {
  const { status, json } = await ask(tab, '/auth/me')
  return status === 200 ? json?.['username'] : null
}
