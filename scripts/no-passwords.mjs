// For scripts in which nobody signs in by password: none is ever right, and none costs anything.

/** @type {import('../packages/sessera/dist/ports/passwords.js').Passwords} */
export const noPasswords = {
  hash: async () => '',
  verify: async () => false,
  isOutdated: () => false,
  isImportable: () => null,
  admit: (work) => work(),
  load: () => ({ running: 0, waiting: 0, refused: 0 }),
}
