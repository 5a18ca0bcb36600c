// Fastify does what every framework does.

import { fastifyFixture } from './fastify.js'
import { conformance } from './suite.js'

conformance(fastifyFixture)
