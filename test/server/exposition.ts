// The text format of Prometheus, read strictly: whatever does not fit it is an error.

export interface Exposition {
  /** The value of one series, labels in any order; 0 when it is not there. */
  value(name: string, labels?: Readonly<Record<string, string>>): number
  /** The sum over all series of this name that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number
  /** Every value of one label. */
  labels(name: string, label: string): string[]
  readonly names: readonly string[]
}

interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line =
  /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (?<value>-?\d+(?:\.\d+)?(?:e[+-]\d+)?|[+-]Inf|NaN)$/

export function readExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  const types = new Map<string, string>()
  const all: Series[] = []
  const seen = new Set<string>()
  for (const [index, row] of text.slice(0, -1).split('\n').entries()) {
    if (row === '' || row.startsWith('# HELP ')) continue
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(row) ?? []
    if (typed !== undefined && type !== undefined) {
      if (types.has(typed)) throw new Error(`${typed} has two types.`)
      types.set(typed, type)
      continue
    }
    const { name, labels = '', value } = line.exec(row)?.groups ?? {}
    if (name === undefined || value === undefined) throw new Error(`Line ${index + 1} is no series: ${row}`)
    const family = name.replace(/_(?:bucket|sum|count)$/, '')
    if (!types.has(name) && !types.has(family)) throw new Error(`${name} has no type.`)
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [
      key,
      text,
    ])
    const series = {
      name,
      labels: Object.fromEntries(pairs),
      value: Number(value.replace('Inf', 'Infinity')),
    }
    const key = `${name} ${JSON.stringify(Object.entries(series.labels).sort())}`
    if (seen.has(key)) throw new Error(`${key} is there twice.`)
    seen.add(key)
    all.push(series)
  }

  function fitting(wanted: string, labels: Readonly<Record<string, string>>): readonly Series[] {
    return all.filter(
      (series) =>
        series.name === wanted && Object.entries(labels).every(([key, text]) => series.labels[key] === text),
    )
  }
  return {
    names: [...types.keys()],
    value(name, labels = {}) {
      const size = Object.keys(labels).length
      return fitting(name, labels).find((found) => Object.keys(found.labels).length === size)?.value ?? 0
    },
    sum: (name, labels = {}) => fitting(name, labels).reduce((total, { value }) => total + value, 0),
    labels: (name, label) =>
      [...new Set(fitting(name, {}).map((series) => series.labels[label] ?? ''))].sort(),
  }
}

/** @param origin of the metrics, with their port. */
export async function scrape(origin: string): Promise<Exposition> {
  const response = await fetch(`${origin}/metrics`)
  if (response.status !== 200) throw new Error(`The metrics answered ${response.status}.`)
  return readExposition(await response.text())
}
