import { guard } from '../../../lib/auth.js'

export const GET = guard((_request, me) => Response.json({ username: me.username }))
