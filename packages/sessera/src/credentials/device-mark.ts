// What a browser keeps to show that somebody has signed in with it before. It opens nothing: it only says whose guesses are
// counted apart from those of strangers.
//   version 1 · key id 1 · device id 16 · for each of 1 to 4 users 12 · tag 16

import { timingSafeEqual } from 'node:crypto'
import type { Random } from '../ports/random.js'
import { decodeBase64url } from './base64url.js'
import { createMac, type Mac } from './mac.js'
import type { ServerKeys } from './server-keys.js'

export interface DeviceMarks {
  /** The id of the device if the mark is ours and vouches for this user, else null. Constant work, whoever the user is. */
  find(mark: string | null, userId: string | null): string | null
  /** A mark for the same device that vouches for this user too, and for the few latest others. A new device without a valid one. */
  renew(mark: string | null, userId: string): string
}

interface DeviceKey {
  readonly keyId: number
  readonly tagMac: Mac
  readonly userMac: Mac
}

interface ParsedMark {
  readonly deviceId: Buffer
  /** Who signed in here, the latest first: each by a MAC over device and user, so that the mark names nobody. */
  readonly vouchers: readonly Buffer[]
}

const version = 1
const idLength = 16
const headLength = 2 + idLength
const voucherLength = 12
const maxVouchers = 4
const tagLength = 16
const maxTextLength = Math.ceil(((headLength + maxVouchers * voucherLength + tagLength) * 4) / 3)

/** No user has this id. What is looked for where there is nobody to look for. */
const nobody = ''
const unknownDevice: ParsedMark = {
  deviceId: Buffer.alloc(idLength),
  vouchers: Array.from({ length: maxVouchers }, () => Buffer.alloc(voucherLength)),
}

/**
 * @example
 * const devices = createDeviceMarks(createServerKeys([secret]), random)
 * const mark = devices.renew(null, userId)
 * devices.find(mark, userId) // the id of the device
 */
export function createDeviceMarks(serverKeys: ServerKeys, random: Random): DeviceMarks {
  const keys = serverKeys.all.map((key) => ({
    keyId: key.keyId,
    tagMac: createMac(key.derive('device tag')),
    userMac: createMac(key.derive('device user')),
  }))
  const [first] = keys
  if (first === undefined) throw new RangeError('There is always a first server key.')
  const blank = write(first, unknownDevice)

  /** Under every key: when a mark is sealed anew, its other vouchers stay as they are. */
  const vouchersFor = (deviceId: Buffer, userId: string): readonly Buffer[] =>
    keys.map((key) => voucherOf(key, deviceId, userId))

  return {
    find(mark, userId) {
      const parsed = parse(keys, mark ?? blank)
      const { deviceId, vouchers } = parsed ?? unknownDevice
      const expected = vouchersFor(deviceId, userId ?? nobody)
      const matching = vouchers.filter((voucher) => isAmong(expected, voucher))
      const vouches = parsed !== null && userId !== null && matching.length > 0
      return vouches ? deviceId.toString('base64url') : null
    },
    renew(mark, userId) {
      const { deviceId, vouchers } = (mark === null ? null : parse(keys, mark)) ?? {
        deviceId: random.bytes(idLength),
        vouchers: [],
      }
      const own = vouchersFor(deviceId, userId)
      const others = vouchers.filter((voucher) => !isAmong(own, voucher))
      const latest = [voucherOf(first, deviceId, userId), ...others].slice(0, maxVouchers)
      return write(first, { deviceId, vouchers: latest })
    },
  }
}

/** Null for anything that we did not make. */
function parse(keys: readonly DeviceKey[], mark: string): ParsedMark | null {
  const bytes = mark.length <= maxTextLength ? decodeBase64url(mark) : null
  if (bytes === null) return null
  const tagAt = bytes.length - tagLength
  const count = (tagAt - headLength) / voucherLength
  if (!Number.isInteger(count) || count < 1 || bytes[0] !== version) return null
  const body = bytes.subarray(0, tagAt)
  const tag = bytes.subarray(tagAt)
  const isOurs = (key: DeviceKey): boolean => key.keyId === bytes[1] && timingSafeEqual(tag, tagOf(key, body))
  if (!keys.some(isOurs)) return null
  return {
    deviceId: body.subarray(2, headLength),
    vouchers: Array.from({ length: count }, (_, index) =>
      body.subarray(headLength + index * voucherLength, headLength + (index + 1) * voucherLength),
    ),
  }
}

function write(key: DeviceKey, { deviceId, vouchers }: ParsedMark): string {
  const body = Buffer.concat([Buffer.of(version, key.keyId), deviceId, ...vouchers])
  return Buffer.concat([body, tagOf(key, body)]).toString('base64url')
}

function tagOf({ tagMac }: DeviceKey, body: Uint8Array): Buffer {
  return tagMac(body).subarray(0, tagLength)
}

// The device's id has a fixed length, so no two inputs spell the same bytes.
function voucherOf({ userMac }: DeviceKey, deviceId: Buffer, userId: string): Buffer {
  return userMac(Buffer.concat([deviceId, Buffer.from(userId)])).subarray(0, voucherLength)
}

function isAmong(expected: readonly Buffer[], voucher: Buffer): boolean {
  return expected.filter((one) => timingSafeEqual(one, voucher)).length > 0
}
