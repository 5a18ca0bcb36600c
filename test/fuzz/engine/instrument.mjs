// A Vite plugin that counts the blocks of the product's code as they run: what a fuzzer steers by, and measures work in.
// Invariant: the code means the same as before; only its counters are new.

/**
 * @typedef {{ type: string, start: number, end: number, [member: string]: unknown }} Node
 * @typedef {{ at: number, text: string }} Insertion
 */

const productCode = /\/packages\/[^/]+\/src\/.*\.tsx?$/
const maxBlocks = 65_536

/** The counters, by block. The instrumented code and the engine share them. */
export const blockCounts = new Uint32Array(maxBlocks)

/** Texts that the product's code mentions: what its parsers look for. */
/** @type {Set<string>} */
export const wordsInCode = new Set()

let blocks = 0

/** How many blocks have been given a counter so far. */
export function countBlocks() {
  return blocks
}

/** @returns {import('vitest/node').Vite.Plugin} */
export function instrument() {
  Object.assign(globalThis, { __fuzzedBlocks: blockCounts })
  return {
    name: 'count-blocks',
    transform(code, id) {
      if (!productCode.test(id)) return null
      return {
        code: instrumented(code, /** @type {Node} */ (/** @type {unknown} */ (this.parse(code)))),
        map: null,
      }
    },
  }
}

/**
 * @param {string} code
 * @param {Node} program its syntax tree
 */
export function instrumented(code, program) {
  /** @type {Insertion[]} */
  const insertions = []
  visit(program, insertions)
  const sorted = insertions.map((insertion, order) => ({ ...insertion, order }))
  sorted.sort((a, b) => a.at - b.at || a.order - b.order)
  let text = 'const __blocks = globalThis.__fuzzedBlocks;'
  let from = 0
  for (const insertion of sorted) {
    text += code.slice(from, insertion.at) + insertion.text
    from = insertion.at
  }
  return text + code.slice(from)
}

function nextCounter() {
  if (blocks === maxBlocks) throw new RangeError(`There are more than ${maxBlocks} blocks. Raise the bound.`)
  return `__blocks[${blocks++}]++`
}

/**
 * @param {unknown} value
 * @param {Insertion[]} insertions
 */
function visit(value, insertions) {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, insertions)
    return
  }
  if (!isNode(value)) return
  collectWord(value)
  const { opening, closing } = marks(value)
  insertions.push(...opening)
  for (const [name, member] of Object.entries(value)) if (name !== 'type') visit(member, insertions)
  insertions.push(...closing)
}

/** @param {Node} node */
function collectWord({ type, value }) {
  if (type === 'Literal' && typeof value === 'string' && value.length > 0 && value.length <= 40) {
    wordsInCode.add(value)
  }
}

/**
 * What to insert before and after the members of a node are visited.
 *
 * @param {Node} node
 * @returns {{ opening: Insertion[], closing: Insertion[] }}
 */
function marks(node) {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return part(node['body'])
    case 'IfStatement':
      return both(
        part(node['consequent']),
        isNode(node['alternate'])
          ? part(node['alternate'])
          : { opening: [], closing: [{ at: node.end, text: `else{${nextCounter()}}` }] },
      )
    case 'ConditionalExpression':
      return both(part(node['consequent']), part(node['alternate']))
    case 'LogicalExpression':
      return part(node['right'])
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'CatchClause':
      return part(node['body'])
    case 'SwitchCase':
      return switchCase(node)
    default:
      return { opening: [], closing: [] }
  }
}

/** @param {unknown} found a statement or an expression that is reached or not */
function part(found) {
  const node = /** @type {Node} */ (found)
  if (node.type === 'BlockStatement') {
    return { opening: [{ at: node.start + 1, text: `${nextCounter()};` }], closing: [] }
  }
  const isStatement = node.type.endsWith('Statement')
  const [before, after] = isStatement ? [`{${nextCounter()};`, '}'] : [`(${nextCounter()},(`, '))']
  return { opening: [{ at: node.start, text: before }], closing: [{ at: node.end, text: after }] }
}

/** @param {Node} node */
function switchCase(node) {
  const [first] = /** @type {Node[]} */ (node['consequent'])
  return first === undefined
    ? { opening: [], closing: [] }
    : { opening: [{ at: first.start, text: `${nextCounter()};` }], closing: [] }
}

/**
 * @param {{ opening: Insertion[], closing: Insertion[] }} first
 * @param {{ opening: Insertion[], closing: Insertion[] }} second
 */
function both(first, second) {
  return {
    opening: [...first.opening, ...second.opening],
    closing: [...first.closing, ...second.closing],
  }
}

/**
 * @param {unknown} value
 * @returns {value is Node}
 */
function isNode(value) {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
