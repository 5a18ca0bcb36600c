// What migration 3 makes of the users that are there already: the columns and rows by which they are listed.

import type { Steps } from './driver.js'
import { addRoles } from './roles.js'
import { textOf, textsOf } from './rows.js'

const markDisabled = `UPDATE sessera_users SET is_disabled = 1
  WHERE id IN (SELECT user_id FROM sessera_subjects WHERE disabled_at IS NOT NULL)`
const select = 'SELECT id, username_key, email, roles FROM sessera_users'
const setEmailKey = 'UPDATE sessera_users SET email_key = ? WHERE id = ?'

export function* fillUserLists(): Steps<void> {
  yield { sql: markDisabled, params: [] }
  for (const row of yield { sql: select, params: [] }) {
    const userId = textOf(row, 'id')
    if (row['email'] !== null) {
      yield { sql: setEmailKey, params: [emailKeyOf(textOf(row, 'email')), userId] }
    }
    yield* addRoles({ userId, usernameKey: textOf(row, 'username_key'), roles: textsOf(row, 'roles') })
  }
}

/** By which an address is found. In JavaScript, because engines differ in what they make lower. */
export function emailKeyOf(email: string): string {
  return email.toLowerCase()
}
