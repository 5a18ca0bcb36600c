// The weaknesses that were disclosed in other systems, tried here.

import { tryFamily } from './in-process.js'

tryFamily('Weaknesses of others')
