import { handlers } from '../../../lib/auth.js'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlers
