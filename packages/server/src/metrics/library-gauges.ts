// What the library counts by itself, read when somebody asks. Without an open store there is nothing to tell.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { Auth, Gauges } from 'sessera'

interface Reading {
  readonly name: string
  readonly help: string
  /** Null: not known. */
  readonly read: (gauges: Gauges) => number | null
}

const momentary: readonly Reading[] = [
  {
    name: 'sessera_lease_age_seconds',
    help: 'Since what this process knows of changes was confirmed. Above 1 it asks the store at every request.',
    read: ({ leaseAgeMs }) => (leaseAgeMs === null ? null : leaseAgeMs / 1000),
  },
  {
    name: 'sessera_feed_position',
    help: 'Number of the last change that this process has applied.',
    read: ({ feedPosition }) => feedPosition,
  },
  {
    name: 'sessera_remembered_credentials',
    help: 'Verified credentials held in memory.',
    read: ({ remembered }) => remembered.entries,
  },
  {
    name: 'sessera_remembered_bytes',
    help: 'What they take, estimated; at most 64 MiB.',
    read: ({ remembered }) => remembered.bytes,
  },
  {
    name: 'sessera_password_hashes_running',
    help: 'Passwords being hashed.',
    read: ({ passwords }) => passwords.running,
  },
  {
    name: 'sessera_password_hashes_waiting',
    help: 'Passwords waiting to be hashed. The queue is full at 64.',
    read: ({ passwords }) => passwords.waiting,
  },
  {
    name: 'sessera_audit_waiting',
    help: 'Lines of the audit record that the store does not have yet.',
    read: ({ audit }) => audit.waiting,
  },
]

const rising: readonly Reading[] = [
  {
    name: 'sessera_remembered_hits_total',
    help: 'Requests whose credential was known from memory.',
    read: ({ remembered }) => remembered.hits,
  },
  {
    name: 'sessera_remembered_misses_total',
    help: 'Requests whose credential had to be verified.',
    read: ({ remembered }) => remembered.misses,
  },
  {
    name: 'sessera_password_hashes_refused_total',
    help: 'Passwords not hashed because the queue was full: their senders got 503.',
    read: ({ passwords }) => passwords.refused,
  },
  {
    name: 'sessera_audit_dropped_total',
    help: 'Lines of the audit record that were lost because the store took none for too long.',
    read: ({ audit }) => audit.dropped,
  },
]

export function measureGauges(auth: Pick<Auth, 'gauges'>, registry: Registry): void {
  const registers = [registry]
  const readNow = ({ read }: Reading): number | null => {
    const gauges = auth.gauges()
    return gauges === null ? null : read(gauges)
  }
  for (const reading of momentary) {
    new Gauge({
      name: reading.name,
      help: reading.help,
      registers,
      collect() {
        const value = readNow(reading)
        if (value === null) this.reset()
        else this.set(value)
      },
    })
  }
  for (const reading of rising) {
    new Counter({
      name: reading.name,
      help: reading.help,
      registers,
      collect() {
        const value = readNow(reading)
        if (value === null) return
        this.reset()
        this.inc(value)
      },
    })
  }
}
