// Which page answers which request. Forms are posted, checked, and answered by a redirect, or by the page again.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Auth, AuthError, type Log, type Mode, type Principal } from 'sessera'
import type { NodeAuth } from 'sessera/node'
import type { Headers } from '../plain-headers.js'
import { readForm } from './form-body.js'
import type { FormTokens } from './form-token.js'
import { type FormName, FormsPage } from './forms.js'
import { icon } from './icon.js'
import { type Answer, linkRoutes } from './links.js'
import { isMode } from './modes.js'
import { RefusalPage } from './refusal-page.js'
import { createResponder } from './respond.js'
import { retryAfter, sentenceOf } from './sentence.js'
import { SessionPage } from './session-page.js'
import { TokenPage, type TokenPair } from './token-page.js'

export interface Pages {
  readonly paths: readonly string[]
  /** Answers every request, if only by saying that there is nothing at this path. */
  answer(req: IncomingMessage, res: ServerResponse, path: string): Promise<void>
}

export interface PagesOptions {
  readonly auth: Auth
  readonly node: NodeAuth<object>
  readonly origin: string
  readonly registration: 'open' | 'closed'
  readonly formTokens: FormTokens
  /** Epoch ms. */
  readonly now: () => number
  readonly log: Log
}

export function createPages(options: PagesOptions): Pages {
  const { auth, node, origin, registration, formTokens, now, log } = options
  const respond = createResponder(origin)
  const toFirstPage: Answer = (_req, res) => respond.redirect(res, '/')

  const routes = new Map<string, Readonly<Record<string, Answer>>>([
    ['/', { GET: firstPage }],
    // Where the address bar stands after a refused attempt, and what a reload from there asks for.
    ['/register', { GET: toFirstPage, POST: (req, res) => takePassword(req, res, 'register') }],
    ['/sign-in', { GET: toFirstPage, POST: (req, res) => takePassword(req, res, 'sign-in') }],
    ['/sign-out', { GET: toFirstPage, POST: leave }],
    ...linkRoutes({ auth, node, formTokens, respond, report }),
    ['/icon.svg', { GET: (req, res) => respond.icon(req, res, icon) }],
  ])

  async function firstPage(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const principal = await node.findPrincipal(req, res, { check: 'store' })
    const sessions = principal === null ? [] : await auth.sessions.list(principal.id)
    const current = sessions.find(({ id }) => id === principal?.sessionId)
    if (principal === null || current === undefined) {
      respond.page(req, res, { status: 200, body: <FormsPage registration={registration} refused={null} /> })
      return
    }
    const others = sessions.filter((session) => session !== current)
    const formToken = formTokens.make(current.id)
    respond.page(req, res, {
      status: 200,
      body: (
        <SessionPage
          principal={principal}
          current={current}
          others={others}
          formToken={formToken}
          now={now()}
        />
      ),
    })
  }

  async function takePassword(req: IncomingMessage, res: ServerResponse, form: FormName): Promise<void> {
    const { username, password, mode } = await readForm(req, ['username', 'password', 'mode'])
    if (!isMode(mode)) throw new AuthError('invalid_request', { detail: 'Choose session, token or hybrid.' })
    try {
      const tokens =
        form === 'register'
          ? await node.signUp(req, res, { username, password, mode })
          : await node.signIn(req, res, { login: username, password, mode })
      if (tokens === null) respond.redirect(res, '/')
      else await showTokens(req, res, tokens)
    } catch (error) {
      if (!(error instanceof AuthError) || hasNoForm(error)) throw error
      showAgain(req, res, error, { form, username, mode })
    }
  }

  async function showTokens(req: IncomingMessage, res: ServerResponse, tokens: TokenPair): Promise<void> {
    const principal: Principal = await auth.authenticate({ authorization: `Bearer ${tokens.access_token}` })
    respond.page(req, res, {
      status: 200,
      body: <TokenPage origin={origin} principal={principal} tokens={tokens} />,
    })
  }

  function showAgain(
    req: IncomingMessage,
    res: ServerResponse,
    error: AuthError,
    typed: { readonly form: FormName; readonly username: string; readonly mode: Mode },
  ): void {
    report(req, error)
    const refused = { ...typed, sentence: sentenceOf(error) }
    respond.page(req, res, {
      status: error.status,
      body: <FormsPage registration={registration} refused={refused} />,
      headers: retryAfter(error),
    })
  }

  /** The form's token belongs to the session that is to end; without a session there is nothing to protect. */
  async function leave(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const principal = await node.findPrincipal(req, res)
    if (principal !== null) {
      const { token } = await readForm(req, ['token'])
      if (principal.sessionId === null || !formTokens.verify(principal.sessionId, token)) {
        throw new AuthError('origin_refused', {
          detail: 'This form belongs to another session. Load the first page and sign out there.',
        })
      }
    }
    await node.signOut(req, res)
    // ASVS 5.0 14.3.1. Not "cookies": that would take those of other programs on the same host.
    respond.redirect(res, '/', [['Clear-Site-Data', '"cache"']])
  }

  function refuse(req: IncomingMessage, res: ServerResponse, error: unknown, headers: Headers = []): void {
    const refusal = error instanceof AuthError ? error : new AuthError('internal_error', { cause: error })
    report(req, refusal)
    respond.page(req, res, {
      status: refusal.status,
      body: <RefusalPage title={refusal.title} sentence={sentenceOf(refusal)} />,
      headers: [...retryAfter(refusal), ...headers],
    })
  }

  /** What has a cause is a fault of ours, or of the store. */
  function report(req: IncomingMessage, error: AuthError): void {
    if (error.cause !== undefined)
      log.error('A page failed.', {
        method: req.method,
        code: error.code,
        requestId: node.requestId(req),
        error,
      })
  }

  return {
    paths: [...routes.keys()],
    async answer(req, res, path) {
      const route = routes.get(path)
      const answer = route?.[req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET')]
      try {
        if (route === undefined) refuse(req, res, new AuthError('not_found'))
        else if (answer === undefined) {
          refuse(req, res, new AuthError('method_not_allowed'), [['Allow', Object.keys(route).join(', ')]])
        } else await answer(req, res)
      } catch (error) {
        refuse(req, res, error)
      }
    },
  }
}

/** Another site's page gets no form with what it filled in; who may not register has none to be shown again. */
function hasNoForm({ code }: AuthError): boolean {
  return code === 'origin_refused' || code === 'registration_closed'
}
