// Hono on @hono/node-server does what every framework does.

import { honoFixture } from './hono.js'
import { conformance } from './suite.js'

conformance(honoFixture)
