// The page of the chat. It holds no credential: the browser sends the cookie with the upgrade.

const enter = find('enter', HTMLFormElement)
const say = find('say', HTMLFormElement)
const status = find('status', HTMLElement)
const said = find('said', HTMLElement)
/** @type {WebSocket | null} */
let socket = null

/** @param {string} path @param {object} body */
function post(path, body) {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** @param {boolean} isIn @param {string} words */
function show(isIn, words) {
  enter.hidden = isIn
  say.hidden = !isIn
  status.textContent = words
}

function open() {
  socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/chat`)
  socket.addEventListener('message', ({ data }) => {
    const { welcome, from, text } = JSON.parse(data)
    if (welcome !== undefined) show(true, `You are ${welcome}.`)
    else said.append(lineOf(`${from}: ${text}`))
  })
  socket.addEventListener('close', ({ code }) => {
    show(false, code === 4401 ? 'You have been signed out.' : 'Sign in to chat.')
  })
}

/** @param {string} text */
function lineOf(text) {
  const line = document.createElement('li')
  line.textContent = text
  return line
}

enter.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = Object.fromEntries(new FormData(enter))
  const answer = await post(event.submitter?.getAttribute('value') ?? '/auth/login', body)
  if (answer.ok) open()
  else show(false, (await answer.json()).detail)
})

say.addEventListener('submit', (event) => {
  event.preventDefault()
  socket?.send(String(new FormData(say).get('text')))
  say.reset()
})

find('leave', HTMLElement).addEventListener('click', () => post('/auth/logout', {}))

open()

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function find(id, kind) {
  const element = document.getElementById(id)
  if (element instanceof kind) return element
  throw new Error(`The page has no ${id}.`)
}
