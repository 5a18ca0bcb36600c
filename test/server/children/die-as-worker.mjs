// Loaded before a worker's own code: the workers from number DOOMED_FROM on are killed at once, as by the system.

import cluster from 'node:cluster'

if (cluster.worker && cluster.worker.id >= Number(process.env['DOOMED_FROM']))
  process.kill(process.pid, 'SIGKILL')
