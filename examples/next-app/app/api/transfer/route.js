import { guard, handlers } from '../../../lib/auth.js'

export const POST = guard(
  async (request, me) => {
    const { amount } = await request.json()
    return Response.json({ from: me.username, amount })
  },
  { check: 'store', provenWithin: '5m' },
)

export const { OPTIONS } = handlers
