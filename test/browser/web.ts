// A small web on this machine: hosts under bank.test, which are one site, and evil.test, which is another. All of them on
// one https port, and on one port of plain http. Everything that a browser asks for is kept.

import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeFolder } from '../support/folder.js'

export const hosts = ['auth.bank.test', 'sub.bank.test', 'app.bank.test', 'bank.test', 'evil.test'] as const
export type Host = (typeof hosts)[number]

export interface Asked {
  readonly method: string
  /** Scheme, host and port. */
  readonly origin: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly status: number
}

export interface Authority {
  /** DER, base64: to be trusted by Firefox. */
  readonly certificate: string
  /** SHA-256 of the public key that the hosts show: to be trusted by Chromium. */
  readonly keyHash: string
}

export interface Web {
  readonly authority: Authority
  /** What was answered, in that order. */
  readonly asked: readonly Asked[]
  /** https, with the port. */
  origin(host: Host): string
  plainOrigin(host: Host): string
  /** What answers there from now on. Before that: nothing is there. */
  serve(origin: string, answer: RequestListener): void
  close(): Promise<void>
}

export async function createWeb(): Promise<Web> {
  const { key, cert, authority } = makeCertificates()
  const answers = new Map<string, RequestListener>()
  const asked: Asked[] = []

  const listener =
    (scheme: string): RequestListener =>
    (req, res) => {
      const { method = '', url: path = '', headers } = req
      const origin = `${scheme}://${headers.host}`
      res.once('close', () => asked.push({ method, origin, path, headers, status: res.statusCode }))
      const answer = answers.get(origin)
      if (answer === undefined || path === '/favicon.ico') res.writeHead(404).end()
      else answer(req, res)
    }
  // Room for more than any server takes: what is too much is for the server behind to say.
  const maxHeaderSize = 2 ** 20
  const secure = createHttpsServer({ key, cert, maxHeaderSize }, listener('https'))
  const plain = createHttpServer({ maxHeaderSize }, listener('http'))
  const [securePort, plainPort] = await Promise.all([listen(secure), listen(plain)])

  return {
    authority,
    asked,
    origin: (host) => `https://${host}:${securePort}`,
    plainOrigin: (host) => `http://${host}:${plainPort}`,
    serve: (origin, answer) => void answers.set(origin, answer),
    async close() {
      await Promise.all(
        [secure, plain].map((server) => {
          server.closeAllConnections()
          return new Promise((resolve) => server.close(resolve))
        }),
      )
    },
  }
}

/** A server of its own behind a host, as behind a proxy that holds the certificate. */
export function forwardTo(port: number): RequestListener {
  return (req, res) => {
    const { method, url: path, headers } = req
    const forwarded = { ...headers, 'x-forwarded-for': req.socket.remoteAddress }
    const onward = request({ port, method, path, headers: forwarded }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(res)
    })
    onward.once('error', () => res.destroy())
    req.pipe(onward)
  }
}

/** A page that anybody may write, with nothing but this body. */
export function page(body: string, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...headers })
    res.end(`<!doctype html><link rel="icon" href="data:,"><title>A page</title>${body}`)
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function makeCertificates(): { key: string; cert: string; authority: Authority } {
  const folder = makeFolder()
  const at = (name: string): string => join(folder.path, name)
  const make = (name: string, ...more: readonly string[]): void => {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
    execFileSync('openssl', ['req', '-x509', ...curve, ...files, ...more], { stdio: 'pipe' })
  }
  try {
    make('authority', '-subj', '/CN=Authority of a test')
    make(
      'hosts',
      ...['-CA', at('authority.pem'), '-CAkey', at('authority.key'), '-subj', '/CN=Hosts of a test'],
      ...['-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join()}`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    )
    const cert = readFileSync(at('hosts.pem'), 'utf8')
    const { publicKey } = new X509Certificate(cert)
    const keyHash = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' }))
    return {
      key: readFileSync(at('hosts.key'), 'utf8'),
      cert,
      authority: {
        certificate: new X509Certificate(readFileSync(at('authority.pem'))).raw.toString('base64'),
        keyHash: keyHash.digest('base64'),
      },
    }
  } finally {
    folder.remove()
  }
}
