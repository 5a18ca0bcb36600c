import { randomBytes } from 'node:crypto'
import { AuthError } from 'sessera'
import { auth } from './auth.js'

export async function createAda() {
  const password = randomBytes(15).toString('base64url')
  try {
    await auth().users.create({ username: 'ada', password })
    console.log(`Created the user ada. Her password, shown this once: ${password}`)
  } catch (error) {
    if (!(error instanceof AuthError && error.code === 'username_taken')) throw error
    console.log('The user ada is there from an earlier start.')
  }
}
