// The mark: a tessera, the Roman token that two hosts broke in half to know each other again.

import type { VNode } from 'preact'

const left = 'M15 3H8a5 5 0 0 0-5 5v16a5 5 0 0 0 5 5h5l3-5-4-5 4-5-4-5z'
const right = 'M19 3h5a5 5 0 0 1 5 5v16a5 5 0 0 1-5 5h-7l3-5-4-5 4-5-4-5z'

/** In the colour of the text around it. */
export function Mark(): VNode {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path fill="currentColor" d={left} />
      <path fill="currentColor" opacity="0.55" d={right} />
    </svg>
  )
}

export const icon: string = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#b4532d" d="${left}"/><path fill="#d99a7a" d="${right}"/></svg>`
