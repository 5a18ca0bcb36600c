// Form-encoded text as URLSearchParams reads it, as long as that repairs nothing and drops nothing.

/** Null when a name comes twice, or what is percent-encoded is not UTF-8. */
export function readForm(text: string): ReadonlyMap<string, string> | null {
  if (!isPercentEncodedUtf8(text)) return null
  const found = new Map<string, string>()
  for (const pair of text.split('&')) {
    // URLSearchParams drops an empty pair, here a parameter without a name; and a question mark at the very beginning.
    const [[name, value] = ['', '']] = [...new URLSearchParams(`&${pair}`)]
    if (found.has(name)) return null
    found.set(name, value)
  }
  return found
}

/** Every `%` begins two hexadecimal digits, and the bytes of each run of them are UTF-8. */
function isPercentEncodedUtf8(text: string): boolean {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return false
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return (text.match(/(?:%[0-9a-fA-F]{2})+/g) ?? []).every((run) => {
    try {
      decoder.decode(Buffer.from(run.replaceAll('%', ''), 'hex'))
      return true
    } catch {
      return false
    }
  })
}
