/**
 * An error by name and code alone: what code of others throws while it handles a password or its hash may quote it in
 * the message.
 */
export function describeFault(error: unknown): { readonly fault: string; readonly code: string | null } {
  if (!(error instanceof Error)) return { fault: typeof error, code: null }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  return { fault: error.name.slice(0, 64), code: code?.slice(0, 64) ?? null }
}
