// Usernames: NFKC, unique without regard to case, 1–64 code points, no control characters.

/** The spelling to keep and the key to compare by, or null when the text cannot be a username. */
export function parseUsername(text: string): { readonly username: string; readonly key: string } | null {
  const username = text.normalize('NFKC').trim()
  const length = [...username].length
  if (length < 1 || length > 64 || /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(username)) return null
  return { username, key: username.toLowerCase().normalize('NFKC') }
}
