// Setting a password by link. The link's token is all that counts here: no cookie is read or set, nobody is signed in, and
// the address that holds it goes nowhere (`no-referrer`). The form is tied to the link that it was shown for.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { VNode } from 'preact'
import { type Auth, AuthError } from 'sessera'
import type { NodeAuth } from 'sessera/node'
import type { Headers } from '../plain-headers.js'
import { readForm } from './form-body.js'
import type { FormTokens } from './form-token.js'
import { DonePage, type LinkFormProps, SetupPage, WelcomePage } from './link-pages.js'
import { RefusalPage } from './refusal-page.js'
import type { Responder } from './respond.js'
import { retryAfter, sentenceOf } from './sentence.js'

export interface LinksOptions {
  readonly auth: Pick<Auth, 'users'>
  readonly node: Pick<NodeAuth<object>, 'attribute'>
  readonly formTokens: FormTokens
  readonly respond: Responder
  readonly report: (req: IncomingMessage, error: AuthError) => void
}

export type Answer = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void
export type Routes = readonly (readonly [path: string, answers: Readonly<Record<string, Answer>>])[]

/** A form behind a link: what it shows, what it does, what it says when the link is over. */
interface LinkForm {
  readonly path: string
  /** The link's parameter. */
  readonly parameter: string
  readonly fields: readonly ('username' | 'password')[]
  readonly page: (props: LinkFormProps) => VNode
  readonly act: (typed: Typed) => Promise<unknown>
  readonly over: string
  readonly done: { readonly path: string; readonly title: string; readonly sentence: string }
}

interface Typed {
  readonly token: string
  readonly username: string
  readonly password: string
}

const noReferrer: Headers = [['Referrer-Policy', 'no-referrer']]
/** What the person at the form can mend, or wait for. */
const mendable: ReadonlySet<string> = new Set([
  'invalid_request',
  'password_unacceptable',
  'username_taken',
  'too_many_requests',
  'overloaded',
  'unavailable',
])

export function linkRoutes({ auth, node, formTokens, respond, report }: LinksOptions): Routes {
  const forms: readonly LinkForm[] = [
    {
      path: '/welcome',
      parameter: 'invitation',
      fields: ['password'],
      page: WelcomePage,
      act: ({ token, password }) => auth.users.acceptInvitation({ token, password }),
      over: 'It has been used, a newer one has taken its place, or its time is over. If you have set your password already, sign in with it. If not, ask whoever invited you for a new link.',
      done: {
        path: '/password-set',
        title: 'Password set',
        sentence: 'Sign in with your username and your new password.',
      },
    },
    {
      path: '/setup',
      parameter: 'token',
      fields: ['username', 'password'],
      page: SetupPage,
      act: (who) => auth.users.createFirstAdministrator(who),
      over: 'It has been used, somebody is an administrator already, or its time is over. If there is nobody yet, start the server again: it makes a new link.',
      done: {
        path: '/administrator-created',
        title: 'Administrator created',
        sentence: 'Sign in with the username and the password that you have just chosen.',
      },
    },
  ]
  return forms.flatMap((form): Routes => {
    const { path, done } = form
    return [
      [path, { GET: (req, res) => show(req, res, form), POST: (req, res) => take(req, res, form) }],
      [
        done.path,
        { GET: (req, res) => respond.page(req, res, { status: 200, body: <DonePage {...done} /> }) },
      ],
    ]
  })

  function show(req: IncomingMessage, res: ServerResponse, form: LinkForm): void {
    const invitation = tokenIn(req, form.parameter)
    if (invitation !== null) {
      showForm(req, res, form, { status: 200, invitation, sentence: null, username: '' })
      return
    }
    const sentence = 'Open it exactly as it was sent to you, with everything after the question mark.'
    respond.page(req, res, {
      status: 400,
      body: <RefusalPage title="This link is not complete." sentence={sentence} />,
      headers: noReferrer,
    })
  }

  async function take(req: IncomingMessage, res: ServerResponse, form: LinkForm): Promise<void> {
    refuseOtherSites(req)
    const sent = await readForm<string>(req, ['invitation', 'token', ...form.fields])
    const { invitation = '', token = '', username = '', password = '' } = sent
    if (!formTokens.verify(shownTo(form, invitation), token)) {
      throw new AuthError('origin_refused', {
        detail: 'This form was not shown for this link. Open the link again.',
      })
    }
    try {
      await node.attribute(req, () => form.act({ token: invitation, username, password }))
      respond.redirect(res, form.done.path, noReferrer)
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      if (error.code === 'invitation_refused') showOver(req, res, form)
      else if (mendable.has(error.code)) {
        report(req, error)
        const { status } = error
        const again = { status, invitation, sentence: sentenceOf(error), username }
        showForm(req, res, form, again, retryAfter(error))
      } else throw error
    }
  }

  function showForm(
    req: IncomingMessage,
    res: ServerResponse,
    form: LinkForm,
    { status, ...shown }: Omit<LinkFormProps, 'formToken'> & { readonly status: number },
    headers: Headers = [],
  ): void {
    const formToken = formTokens.make(shownTo(form, shown.invitation))
    respond.page(req, res, {
      status,
      body: <form.page {...shown} formToken={formToken} />,
      headers: [...noReferrer, ...headers],
    })
  }

  function showOver(req: IncomingMessage, res: ServerResponse, { over }: LinkForm): void {
    respond.page(req, res, {
      status: 401,
      body: <RefusalPage title="This link does not work any more." sentence={over} />,
      headers: noReferrer,
    })
  }
}

function shownTo({ path }: LinkForm, invitation: string): string {
  return `${path} ${invitation}`
}

/** Null unless it is there once, and could be one of ours. What mail programs add to links is left alone. */
function tokenIn({ url = '' }: IncomingMessage, parameter: string): string | null {
  const [token = '', ...others] = new URLSearchParams(url.split('?')[1] ?? '').getAll(parameter)
  return others.length === 0 && /^[\w-]{16,512}$/.test(token) ? token : null
}

/** `Origin` would say `null` here, as `no-referrer` has it. */
function refuseOtherSites({ headers }: IncomingMessage): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AuthError('origin_refused')
}
