/** What was waited for had not come when it ceased to be of use. */
export class LateAnswer extends Error {
  override readonly name = 'LateAnswer'
}

/** What `work` answers. @throws LateAnswer when that takes longer than `ms`: what comes after is nobody's. */
export function inTime<T>(work: PromiseLike<T> | T, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LateAnswer(`There was no answer for ${ms / 1000} s.`)), ms)
    Promise.resolve(work).then(
      (answer) => {
        clearTimeout(timer)
        resolve(answer)
      },
      (reason: unknown) => {
        clearTimeout(timer)
        reject(reason)
      },
    )
  })
}
