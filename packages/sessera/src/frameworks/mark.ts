// By which symbol an adapter recognises what it has done for an Auth, be it bound once or several times.

const marks = new WeakMap<object, symbol>()

export function markOf(auth: object): symbol {
  const mark = marks.get(auth) ?? Symbol('sessera')
  marks.set(auth, mark)
  return mark
}
