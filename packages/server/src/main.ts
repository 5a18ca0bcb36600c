#!/usr/bin/env node
// The command `sessera`. What goes wrong is told in one sentence on stderr; the exit code says what kind it is.

import { exitCodes } from './cli/command-error.js'
import { runCommandLine } from './cli/run.js'
import { createShell } from './cli/terminal.js'

const exitCode = await runCommandLine(process.argv.slice(2), createShell())
process.exitCode = exitCode
// Whatever is still waited for, such as a pipe that says nothing, would keep a stopped command alive.
if (exitCode === exitCodes.interrupted) setTimeout(() => process.exit(exitCode), 1000).unref()
