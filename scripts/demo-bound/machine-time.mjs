// The one clock of the demonstration: the machine's monotonic one, which every process of it reads alike.
// No promise is judged by a clock that is bent on purpose.

/** @returns {number} ms since some fixed point */
export function machineTime() {
  return Number(process.hrtime.bigint()) / 1e6
}
