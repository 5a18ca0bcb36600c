// Properties are tried with fewer cases for each mutant: there are thousands of them.

import { configureGlobal, readConfigureGlobal } from 'fast-check'

configureGlobal({ ...readConfigureGlobal(), numRuns: 25 })
