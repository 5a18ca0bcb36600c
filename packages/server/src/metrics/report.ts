// What one process has measured, and several of them taken together: counters are summed, the rest says whose it is.

import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type PrometheusContentType,
  type Registry,
} from 'prom-client'

type Measured = MetricObjectWithValues<MetricValue<string>>

/** Plain data: a worker sends it to the primary. */
export type Report = readonly Measured[]

/** In the text format of Prometheus. */
export function textOf(reports: readonly Report[]): Promise<string> {
  return merge(reports).metrics()
}

/** One report that says the same as these. */
export function sumOf(reports: readonly Report[]): Promise<Report> {
  return merge(reports).getMetricsAsJSON()
}

/** What only rises. It must outlive its process, whose end would otherwise look like a start from zero. */
export function countersOf(report: Report): Report {
  return report.filter((measured) => !isMomentary(measured))
}

/** Says whose the moment's values are, for they have no sum; null: there is but one process. Leaves out what is no number. */
export function attribute(report: Report, worker: number | null): Report {
  const whose = worker === null ? {} : { worker }
  return report.map((measured) => {
    if (!isMomentary(measured)) return measured
    const values = measured.values
      .filter(({ value }) => Number.isFinite(value))
      .map((value) => ({ ...value, labels: { ...value.labels, ...whose } }))
    return { ...measured, aggregator: 'first', values }
  })
}

function merge(reports: readonly Report[]): Registry<PrometheusContentType> {
  return AggregatorRegistry.aggregate(reports.map((report) => [...report]))
}

function isMomentary({ type }: Measured): boolean {
  // Declared as a number, and text in fact.
  return String(type) === 'gauge'
}
