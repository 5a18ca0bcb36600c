// Hono does what every framework does where there is nothing but Fetch. A file of its own: @hono/node-server replaces the
// Request and Response of its process.

import { honoFetchFixture } from './hono.js'
import { conformance } from './suite.js'

conformance(honoFetchFixture)
