// The files that put the server on a machine: they agree with each other and with the server, hold no secret, and satisfy
// the programs that will read them.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../packages/server/src/config.js'
import { temporaryFolder } from '../support/folder.js'
import {
  ask,
  environmentOf,
  isSentToBuilder,
  isThere,
  read,
  root,
  settingsOf,
  stagesOf,
} from './deploy-files.js'

interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly volumes?: readonly string[]
  readonly networks: Readonly<Record<string, { readonly ipv4_address?: string }>>
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly stop_grace_period?: string
}

interface Compose {
  readonly services: { readonly sessera: Service; readonly proxy: Service }
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const dockerfile = read('deploy/Dockerfile')
const dockerignore = read('.dockerignore')
const stages = stagesOf(dockerfile)
const image = stages.at(-1) ?? []
const compose: Compose = parse(read('deploy/compose.yaml'))
const { sessera, proxy } = compose.services
const nginx = read('deploy/nginx.conf')
const unit = settingsOf(read('deploy/sessera.service'))
const settings = settingsOf(read('deploy/sessera.env'))
const origin = 'https://auth.example.com'
/** What the server itself may take to close: its requests, then what they left. */
const closingSeconds = 10

const only = (name: string): string | undefined =>
  image.find((instruction) => instruction.name === name)?.text
const knownVariables = (): readonly string[] => {
  const named = [...read('packages/server/src/config.ts').matchAll(/env\['(SESSERA_\w+)'\]/g)].map(
    ([, name = '']) => name,
  )
  const [, inFiles = ''] = /inFiles = \[(.*)\]/.exec(read('packages/server/src/environment.ts')) ?? []
  return [...named, ...[...inFiles.matchAll(/'(\w+)'/g)].map(([, name = '']) => `${name}_FILE`)]
}

describe('every variable', () => {
  it.each(['Dockerfile', 'compose.yaml', 'sessera.service', 'sessera.env', 'sessera.sh', 'logrotate'])(
    'that deploy/%s names is one that the server reads',
    (file) => {
      const named = [...read(`deploy/${file}`).matchAll(/\bSESSERA_[A-Z_]+\b/g)].map(([name]) => name)
      expect(named.filter((name) => !knownVariables().includes(name))).toEqual([])
    },
  )

  it('is explained by the guide, which explains no other', () => {
    const rows = [...read('docs/guide/production.md').matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name)
    const explained = rows.filter((name) => name.startsWith('SESSERA_'))
    expect(explained.sort()).toEqual([...new Set(knownVariables())].sort())
    expect(rows).toEqual(expect.arrayContaining(['PORT', 'HOST']))
  })

  it('is set to what the server takes', () => {
    const ofUnit = Object.fromEntries([...settings].map(([name, [value]]) => [name, value]))
    const ofImage = { ...environmentOf(image), ...sessera.environment, SESSERA_ORIGIN: origin }
    for (const env of [ofUnit, ofImage]) expect(parseConfig(env).origin).toBe(origin)
  })
})

describe('the image', () => {
  it('satisfies the linter', () => {
    expect(validate(dockerfile)).toEqual([])
  })

  it('runs as a user who is not root, told by number', () => {
    expect(only('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    const user = image.findIndex(({ name }) => name === 'USER')
    expect(image.slice(user).filter(({ name }) => name === 'RUN' || name === 'COPY')).toEqual([])
  })

  it('holds no secret, in no stage', () => {
    for (const { name, text } of stages.flat()) {
      if (name === 'ENV' || name === 'ARG') expect(text).not.toMatch(/SECRET|PEPPER|TOKEN|PASSWORD/i)
    }
  })

  it('installs what the lock file says, for the server alone, without running code of packages', () => {
    const runs = stages.flat().filter(({ name, text }) => name === 'RUN' && text.includes('npm '))
    for (const { text } of runs) expect(text).not.toMatch(/npm (i|install|add)\b/)
    const installed = stages.at(-2)?.filter(({ text }) => text.startsWith('npm ci --omit=dev'))
    expect(installed).toHaveLength(1)
    for (const stage of stages.slice(0, 2)) {
      expect(stage.some(({ name, text }) => name === 'COPY' && text.startsWith('.npmrc '))).toBe(true)
    }
    expect(read('.npmrc')).toContain('ignore-scripts=true')
  })

  it('is told to be healthy by the path that says so, on its port', () => {
    const { PORT } = environmentOf(image)
    expect(only('EXPOSE')).toBe(PORT)
    expect(only('HEALTHCHECK')).toMatch(/http:\/\/127\.0\.0\.1:\$\{process\.env\.PORT\}\/healthz/)
    const [, command = ''] = /CMD (\[.*\])$/.exec(only('HEALTHCHECK') ?? '') ?? []
    expect(JSON.parse(command)).toHaveLength(3)
  })

  it('starts the command that the package has', () => {
    const [node, main = ''] = JSON.parse(only('ENTRYPOINT') ?? '[]') as string[]
    const { bin } = JSON.parse(read('packages/server/package.json')) as { bin: { sessera: string } }
    expect([node, main]).toEqual(['node', join('packages/server', bin.sessera)])
  })

  it('keeps its data where nothing else is written', () => {
    const { SESSERA_DATA = '', SQLITE_TMPDIR } = environmentOf(image)
    expect(only('VOLUME')).toBe(SESSERA_DATA)
    expect(SQLITE_TMPDIR).toBe(SESSERA_DATA)
  })

  it('is made of files that reach the builder', () => {
    const copied = stages
      .flat()
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
      .flatMap(({ text }) => text.split(' ').slice(0, -1))
    expect(copied.length).toBeGreaterThan(6)
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true)
      expect(isSentToBuilder(path.replace(/\/$/, ''), dockerignore), path).toBe(true)
    }
    expect(isSentToBuilder('packages/server/src/main.ts', dockerignore)).toBe(true)
  })

  it.each([
    'deploy/secrets/sessera_secret',
    '.env',
    '.git/config',
    'sessera-data/secret',
    'packages/server/sessera-data/secret',
    'packages/server/sessera-data/sessera.db',
    'node_modules/pino/package.json',
    'packages/server/node_modules/x/index.js',
    'packages/server/dist/main.js',
    'test/server/deploy.test.ts',
  ])('is not made of %s', (path) => {
    expect(isSentToBuilder(path, dockerignore)).toBe(false)
  })
})

describe('the composition', () => {
  it('gives the server nothing that it does not need', () => {
    expect(sessera).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      init: true,
      restart: 'unless-stopped',
    })
    expect(sessera).not.toHaveProperty('user')
    expect(sessera).not.toHaveProperty('privileged')
  })

  it('builds the image of this repository', () => {
    const { context = '', dockerfile: file = '' } = sessera.build ?? {}
    expect(existsSync(join(root, 'deploy', context, file))).toBe(true)
  })

  it('hands over the secret as a file', () => {
    const [name = ''] = sessera.secrets ?? []
    expect(sessera.environment?.['SESSERA_SECRET_FILE']).toBe(`/run/secrets/${name}`)
    expect(compose.secrets[name]?.file).toMatch(/^\.\/secrets\//)
    expect(sessera.environment).not.toHaveProperty('SESSERA_SECRET')
    expect(read('.gitignore')).toMatch(/^deploy\/secrets\/$/m)
  })

  it('keeps the data in a volume that outlives the container', () => {
    const [volume = '', path] = (sessera.volumes?.[0] ?? '').split(':')
    expect(path).toBe(environmentOf(image)['SESSERA_DATA'])
    expect(compose.volumes).toHaveProperty(volume)
  })

  it('lets nobody reach the server but through the proxy, whose address alone is trusted', () => {
    expect(sessera.ports).toBeUndefined()
    expect(sessera.environment?.['SESSERA_TRUSTED_PROXIES']).toBe(proxy.networks['inside']?.ipv4_address)
    expect(Object.keys(sessera.networks)).toEqual(['inside'])
    expect(proxy.ports).toEqual(['80:80', '443:443'])
    const upstream = `${sessera.networks['inside']?.ipv4_address}:${environmentOf(image)['PORT']}`
    expect(nginx).toContain(`server ${upstream};`)
    expect(proxy.depends_on?.['sessera']).toEqual({ condition: 'service_healthy' })
  })

  it('mounts files that are here', () => {
    const [file = ''] = proxy.volumes?.[0]?.split(':') ?? []
    expect(existsSync(join(root, 'deploy', file))).toBe(true)
  })

  it('gives it time to close', () => {
    expect(Number.parseInt(sessera.stop_grace_period ?? '0', 10)).toBeGreaterThan(closingSeconds)
  })
})

describe('the unit', () => {
  it('gives the server nothing that it does not need', () => {
    const wanted = {
      User: 'sessera',
      NoNewPrivileges: 'yes',
      ProtectSystem: 'strict',
      ProtectHome: 'yes',
      PrivateTmp: 'yes',
      PrivateDevices: 'yes',
      CapabilityBoundingSet: '',
      RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
      UMask: '0077',
      LimitCORE: '0',
    }
    const found = Object.keys(wanted).map((name) => [name, unit.get(name)?.join(' ')])
    expect(Object.fromEntries(found)).toEqual(wanted)
    // V8 could not start.
    expect(unit.has('MemoryDenyWriteExecute')).toBe(false)
  })

  it('ends it by the signal that lets requests end, and in time', () => {
    expect(unit.get('KillSignal')).toEqual(['SIGTERM'])
    expect(unit.get('KillMode')).toEqual(['mixed'])
    expect(Number(unit.get('TimeoutStopSec')?.[0])).toBeGreaterThan(closingSeconds)
    expect(unit.get('Restart')).toEqual(['on-failure'])
  })

  it('lets it write where its settings say that it writes', () => {
    expect(settings.get('SESSERA_DATA')).toEqual([`/var/lib/${unit.get('StateDirectory')?.[0]}`])
    const [log = ''] = settings.get('SESSERA_AUDIT_LOG') ?? []
    expect(dirname(log)).toBe(`/var/log/${unit.get('LogsDirectory')?.[0]}`)
    expect(read('deploy/logrotate')).toContain(`${log} {`)
  })

  it('carries no secret, but where it is', () => {
    for (const value of unit.get('Environment') ?? []) expect(value).not.toMatch(/SECRET|PEPPER/)
    expect([...settings.keys()].filter((name) => /SECRET|PEPPER/.test(name))).toEqual(['SESSERA_SECRET_FILE'])
  })

  it('runs what the command runs', () => {
    const main = '/opt/sessera/packages/server/dist/main.js'
    expect(unit.get('ExecStart')).toEqual([`/usr/bin/node ${main} serve`])
    expect(read('deploy/sessera.sh')).toContain(`exec /usr/bin/node ${main} "$@"`)
    expect(unit.get('EnvironmentFile')).toEqual(['/etc/sessera/sessera.env'])
    expect(read('deploy/sessera.sh')).toContain('. /etc/sessera/sessera.env\n')
  })

  if (isThere('systemd-analyze')) {
    it('satisfies systemd', () => {
      expect(ask('systemd-analyze', ['verify', '--man=no', join(root, 'deploy/sessera.service')])).toBe('')
    })
  }
})

describe('the proxy', () => {
  it('believes no client about who it is, or what it asked for', () => {
    expect(nginx).toContain('proxy_set_header X-Forwarded-For $remote_addr;')
    expect(nginx).toContain('proxy_set_header X-Forwarded-Method "";')
    expect(nginx).toContain('proxy_set_header X-Original-Method "";')
  })

  it('keeps health, readiness and metrics to itself', () => {
    for (const path of ['/healthz', '/readyz']) expect(nginx).toContain(`location = ${path} { return 404; }`)
    expect(nginx).not.toContain('9464')
  })

  it('logs no query, where a link to /welcome or /setup carries a credential', () => {
    const [, format = ''] = /^log_format sessera ([^;]+);/m.exec(nginx) ?? []
    const named = [...format.matchAll(/\$(\w+)/g)].map(([, name]) => name)
    expect(named).toEqual(expect.arrayContaining(['request_method', 'uri', 'status']))
    expect(
      named.filter((name = '') =>
        /^(request|request_uri|args|query_string|is_args|arg_.*|http_referer)$/.test(name),
      ),
    ).toEqual([])
    const servers = nginx.split(/^server \{$/m).slice(1)
    expect(servers).toHaveLength(2)
    for (const server of servers) {
      expect(server.match(/access_log .*/g)).toEqual(['access_log /var/log/nginx/access.log sessera;'])
    }
    for (const path of ['/welcome', '/setup']) {
      const [, block = ''] = nginx.split(`location = ${path} {`)
      expect(block.slice(0, block.indexOf('}'))).toMatch(/^\s*error_log \S+ crit;/)
      // One that it set itself would take the place of all.
      expect(block.slice(0, block.indexOf('}'))).not.toContain('proxy_set_header')
    }
  })

  if (isThere('nginx')) {
    it('is a configuration that nginx takes', () => {
      const folder = temporaryFolder()
      const tls = join(folder, 'tls')
      mkdirSync(tls)
      const [key, certificate] = [join(tls, 'privkey.pem'), join(tls, 'fullchain.pem')]
      ask('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
        ...['-subj', '/CN=auth.example.com', '-keyout', key, '-out', certificate],
      ])
      // Ports that anybody may listen on.
      const site = nginx
        .replaceAll('/etc/nginx/tls', tls)
        .replaceAll('/var/log/nginx', folder)
        .replaceAll(/(listen (?:\[::\]:)?)(80|443)/g, '$165$2')
      const main = join(folder, 'nginx.conf')
      writeFileSync(
        main,
        `pid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${site}\n}\n`,
      )
      ask('nginx', ['-t', '-q', '-p', folder, '-c', main])
    })
  }
})

describe('the rotation', () => {
  const rotation = read('deploy/logrotate')

  it('touches the folder of the server as its user, and has the server open a new file', () => {
    const [user, group] = [unit.get('User')?.[0], unit.get('Group')?.[0]]
    expect(rotation).toContain(`\n    su ${user} ${group}\n`)
    expect(rotation).toMatch(/^\s*postrotate\n\s*systemctl reload sessera\.service\n\s*endscript$/m)
    expect(unit.get('ExecReload')).toEqual(['/bin/kill -HUP $MAINPID'])
  })

  if (spawnSync('which', ['logrotate']).status === 0) {
    it('is one that logrotate takes, which runs the script as itself', () => {
      const folder = temporaryFolder()
      const [outside, logs] = [folder, join(folder, 'logs')]
      const [by, file] = [join(outside, 'by'), join(outside, 'logrotate')]
      const user = process.getuid?.() === 0 ? 'nobody' : ask('id', ['-un']).trim()
      const group = ask('id', ['-gn', user]).trim()
      chmodSync(outside, 0o711)
      mkdirSync(logs)
      writeFileSync(join(logs, 'audit.log'), 'a line\n')
      for (const path of [logs, join(logs, 'audit.log')]) {
        chownSync(path, Number(ask('id', ['-u', user])), Number(ask('id', ['-g', user])))
      }
      const ours = rotation
        .replace('/var/log/sessera', logs)
        .replace('su sessera sessera', `su ${user} ${group}`)
        .replace('systemctl reload sessera.service', `id -u >${by}`)
      writeFileSync(file, ours, { mode: 0o644 })
      const ran = spawnSync('logrotate', ['-f', '-s', join(outside, 'state'), file], { encoding: 'utf8' })
      expect(ran).toMatchObject({ status: 0, stderr: '' })
      expect(readFileSync(by, 'utf8').trim()).toBe(String(process.getuid?.()))
      expect(readdirSync(logs)).toEqual([expect.stringMatching(/^audit\.log-\d{8}$/)])
    })
  }
})

describe('the command', () => {
  it('is a script that a shell takes', () => {
    ask('sh', ['-n', join(root, 'deploy/sessera.sh')])
  })
})
