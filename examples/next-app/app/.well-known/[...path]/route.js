import { handlers } from '../../../lib/auth.js'

export const { GET, HEAD, OPTIONS } = handlers
