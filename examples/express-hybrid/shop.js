// The shop: a form of its own to sign in, a cart that is kept with the session, and a transfer for which the session must
// still be there, by the store, and the password have been typed a moment ago. Pages for browsers, JSON for programs.

import { join } from 'node:path'
import express from 'express'
import { forExpress } from 'sessera/express'
import { html, sendPage } from './html.js'

/** @param {import('sessera').Auth} auth */
export function createShop(auth) {
  const { guard, principal, findPrincipal, signIn, signOut, refusals } = forExpress(auth, { onRefused })
  const shop = express.Router()

  shop.use('/public', express.static(join(import.meta.dirname, 'public')))
  shop.use(express.urlencoded({ extended: false }))

  shop.get('/', async (req, res) => {
    const me = await findPrincipal(req, res)
    if (me === null) sendPage(res, signInForm(''))
    else sendPage(res, home(me.username, cartOf(await auth.sessions.readData(me.sessionId ?? ''))))
  })

  shop.post('/sign-in', async (req, res) => {
    const { username, password } = req.body ?? {}
    await signIn(req, res, { login: username, password, mode: 'hybrid' })
    res.redirect(303, '/')
  })

  shop.post('/sign-out', async (req, res) => {
    await signOut(req, res)
    res.redirect(303, '/')
  })

  shop.post('/cart', guard(), async (req, res) => {
    const item = String(req.body?.item ?? '').slice(0, 100)
    await auth.sessions.updateData(principal(req).sessionId ?? '', (data) =>
      [...cartOf(data), item].slice(-20),
    )
    res.redirect(303, '/')
  })

  shop.get('/api/cart', guard({ accept: ['token', 'hybrid'] }), async (req, res) => {
    res.json({ cart: cartOf(await auth.sessions.readData(principal(req).sessionId ?? '')) })
  })

  shop.post('/transfer', guard({ check: 'store', provenWithin: '5m' }), (req, res) => {
    const { to, amount } = transferOf(req)
    const isPossible = Number.isInteger(amount) && amount > 0 && to !== ''
    const message = isPossible
      ? `${principal(req).username} sent ${amount} to ${to}.`
      : 'Say how much, and to whom.'
    res.status(isPossible ? 200 : 400)
    if (wantsPage(req)) sendPage(res, html`<p role="status">${message}</p><p><a href="/">Back</a></p>`)
    else res.json({ message })
  })

  shop.use(refusals)
  return shop
}

/**
 * @param {import('sessera/express').Refused} refused
 * @param {import('express').Request} req
 * @param {import('express').Response} res
 */
function onRefused({ code, message }, req, res) {
  if (!wantsPage(req)) res.json({ message })
  else if (code === 'reauthentication_required') sendPage(res, confirmForm(transferOf(req)))
  else if (code === 'invalid_credentials') sendPage(res, signInForm('Wrong username or password.'))
  else sendPage(res, html`<p role="alert">${message}</p><p><a href="/">Back</a></p>`)
}

/** @param {import('express').Request} req */
const wantsPage = (req) => req.accepts(['json', 'html']) === 'html'

/** @param {import('express').Request} req */
const transferOf = (req) => ({ to: String(req.body?.to ?? ''), amount: Number(req.body?.amount) })

/** @param {import('sessera').Json} data */
const cartOf = (data) => (Array.isArray(data) ? data.map(String) : [])

/** @param {string} mistake */
function signInForm(mistake) {
  return html`<h1>Sign in</h1>
<p role="alert">${mistake}</p>
<form method="post" action="/sign-in">
  <label>Username <input name="username" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Sign in</button>
</form>`
}

/** @param {string | null} username @param {readonly string[]} cart */
function home(username, cart) {
  return html`<h1>Welcome, ${username}</h1>
<ul>${cart.map((item) => html`<li>${item}</li>`)}</ul>
<form method="post" action="/cart"><label>Item <input name="item" required></label> <button>Add</button></form>
<form method="post" action="/transfer">
  <label>Send <input name="amount" type="number" min="1" required></label>
  <label>to <input name="to" required></label>
  <button>Send</button>
</form>
<form method="post" action="/sign-out"><button>Sign out</button></form>`
}

/** The same request once more; public/confirm.js renews the proof first. @param {{ to: string, amount: number }} transfer */
function confirmForm({ to, amount }) {
  return html`<h1>Is it still you?</h1>
<p role="alert"></p>
<form method="post" action="/transfer" id="confirm">
  <input type="hidden" name="to" value="${to}"><input type="hidden" name="amount" value="${amount}">
  <label>Password <input type="password" autocomplete="current-password" required></label>
  <button>Send ${amount} to ${to}</button>
</form>
<script src="/public/confirm.js"></script>`
}
