// Pages as text. Invariant: what is put into `html` is escaped, unless it was made by `html` itself.

class Html {
  /** @param {string} text */
  constructor(text) {
    this.text = text
  }
}

/** @type {Readonly<Record<string, string>>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * @param {readonly string[]} parts
 * @param {readonly (string | number | null | Html | readonly Html[])[]} values
 */
export function html(parts, ...values) {
  return new Html(parts.map((part, at) => part + textOf(values[at] ?? null)).join(''))
}

/** @param {string | number | null | Html | readonly Html[]} value @returns {string} */
function textOf(value) {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(textOf).join('')
  return String(value ?? '').replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

/**
 * Sends a page that nobody keeps, runs scripts of this server only, and can be put into no frame.
 *
 * @param {import('express').Response} res
 * @param {Html} content
 */
export function sendPage(res, content) {
  res.set({
    'Cache-Control': 'private, no-store',
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    'X-Content-Type-Options': 'nosniff',
  })
  res.type('html').send(
    html`<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<title>The shop</title>
${content}
`.text,
  )
}
