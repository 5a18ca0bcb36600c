// The questions, in the order in which they are measured and shown. Each is answered by the file of that name.

/** @type {Readonly<Record<string, string>>} */
export const questions = {
  'remembered-check': 'Who is it? Known from a moment ago',
  'first-check': 'Who is it? A token never seen before',
  'guarded-get': 'A guarded page',
  refresh: 'Refreshing a token pair',
  'sign-in': 'Signing in',
  'revocation-lag': 'From "signed out" to the first refusal in another process',
  administration: 'Many users',
  memory: 'Memory',
  'start-up': 'Starting',
  'denial-of-service': 'One attacker, and everybody else',
}
