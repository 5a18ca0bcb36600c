// The three ways to hold a session, in words for the person who chooses.

import type { Mode } from 'sessera'

export const modeChoices: readonly { readonly mode: Mode; readonly says: string }[] = [
  { mode: 'session', says: 'A cookie that refers to the record here. For web pages.' },
  { mode: 'token', says: 'An access and a refresh token that the client keeps itself. For apps.' },
  { mode: 'hybrid', says: 'Both as cookies. For web pages whose other services check tokens.' },
]

export function isMode(text: string): text is Mode {
  return modeChoices.some(({ mode }) => mode === text)
}
