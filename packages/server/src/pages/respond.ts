// Sends a page with the headers that all pages carry: nothing runs, nothing is framed, nothing is stored, nothing leaks.

import { hash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { VNode } from 'preact'
import { renderToStaticMarkup } from 'preact-render-to-string'
import { type Headers, putHeaders, transportSecurity } from '../plain-headers.js'
import { style } from './style.js'

export interface Responder {
  page(req: IncomingMessage, res: ServerResponse, page: Page): void
  /** To another page of ours, by GET. */
  redirect(res: ServerResponse, path: string, headers?: Headers): void
  icon(req: IncomingMessage, res: ServerResponse, svg: string): void
}

export interface Page {
  readonly status: number
  readonly body: VNode
  readonly headers?: Headers
}

const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** @param origin ours: on https browsers are told to stay there. */
export function createResponder(origin: string): Responder {
  const common: Headers = [
    ['Content-Security-Policy', contentSecurityPolicy],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    // Not `no-referrer`: browsers would then send forms with `Origin: null`.
    ['Referrer-Policy', 'same-origin'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()'],
    ...transportSecurity(origin),
  ]
  const put = (res: ServerResponse, headers: Headers): void => putHeaders(res, [...common, ...headers])

  return {
    page(req, res, { status, body, headers = [] }) {
      const html = `<!doctype html>${renderToStaticMarkup(body)}`
      put(res, [['Content-Type', 'text/html; charset=utf-8'], ['Cache-Control', 'no-store'], ...headers])
      // What is left of an unread body would be taken for the next request.
      if (hasUnreadBody(req)) res.setHeader('Connection', 'close')
      res.statusCode = status
      end(req, res, html)
    },
    redirect(res, path, headers = []) {
      put(res, [['Location', path], ['Cache-Control', 'no-store'], ...headers])
      res.writeHead(303).end()
    },
    icon(req, res, svg) {
      put(res, [
        ['Content-Type', 'image/svg+xml'],
        ['Cache-Control', 'public, max-age=86400'],
      ])
      end(req, res, svg)
    },
  }
}

function end(req: IncomingMessage, res: ServerResponse, text: string): void {
  res.setHeader('Content-Length', Buffer.byteLength(text))
  if (req.method === 'HEAD') res.end()
  else res.end(text)
}

function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
}
