// `sessera audit …`: the words of its commands.

import { type Command, Option } from 'commander'
import type { Act } from '../act.js'
import { withExamples } from '../examples.js'
import { parseLines, parseMoment } from '../parse-options.js'

export function addAuditCommands(program: Command, act: Act): void {
  const audit = program.command('audit').description('the record of who did what')
  withExamples(audit, ['sessera audit tail --follow', 'sessera audit export --since 7d'])

  const tail = audit
    .command('tail')
    .description('the newest lines, the newest last')
    .option('-n, --lines <number>', 'how many, 1 to 1000', parseLines, 20)
    .option('-f, --follow', 'and what comes, until Ctrl-C')
    .option('--json', 'as JSON lines')
  act.toTheEnd(
    withExamples(tail, ['sessera audit tail -n 100', 'sessera audit tail --follow --json']),
    async () => (await import('./tail.js')).tailAudit,
  )

  const exporting = audit
    .command('export')
    .description('all lines, the oldest first')
    .option('--since <time>', 'from this moment on: a date, or how long ago, such as 7d', parseMoment)
    .option('--until <time>', 'before this moment', parseMoment)
    .addOption(new Option('--format <format>', 'of the lines').choices(['jsonl', 'csv']).default('jsonl'))
  act(
    withExamples(exporting, [
      'sessera audit export > audit.jsonl',
      'sessera audit export --since 2026-11-01 --until 2026-12-01 --format csv',
    ]),
    async () => (await import('./export.js')).exportAudit,
  )
}
