// The small changes a test should notice: for one node of the syntax tree, the texts that may stand in its place.
// Messages, log lines and types are left alone: nobody decides anything by them.

/**
 * As much of an ESTree node as is read here.
 * @typedef {object} Node
 * @property {string} type
 * @property {number} start
 * @property {number} end
 * @property {string} [operator]
 * @property {string} [name]
 * @property {unknown} [value]
 * @property {boolean} [optional]
 * @property {boolean} [computed]
 * @property {boolean} [shorthand]
 * @property {{ pattern: string, flags: string }} [regex]
 * @property {Node} [left]
 * @property {Node} [right]
 * @property {Node} [test]
 * @property {Node | null} [argument]
 * @property {Node} [callee]
 * @property {Node} [object]
 * @property {Node} [property]
 * @property {Node} [expression]
 * @property {Node} [consequent]
 * @property {Node | null} [alternate]
 * @property {Node | Node[]} [body]
 * @property {Node[]} [arguments]
 * @property {Node[]} [elements]
 * @property {{ value: { raw: string } }[]} [quasis]
 */

/** @typedef {{ kind: string, text: string }} Alternative */
/** @typedef {{ node: Node, key: string }} Step from a parent to its child */

/** @type {Record<string, readonly string[]>} */
const comparisons = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
}
/** @type {Record<string, string>} */
const arithmetic = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
}
/** @type {Record<string, string>} */
const assignments = { '+=': '-=', '-=': '+=', '*=': '/=', '|=': '&=', '&=': '|=', '^=': '|=', '??=': '=' }
const otherMethods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['min', 'max'],
  ['max', 'min'],
])
const droppedMethods = new Set(['filter', 'slice', 'sort', 'reverse', 'trim', 'toLowerCase', 'normalize'])
const loops = new Set(['WhileStatement', 'DoWhileStatement', 'ForStatement'])

/**
 * @param {Node} node an expression
 * @param {readonly Step[]} path from the root to its parent
 * @param {string} source
 * @returns {Alternative[]}
 */
export function alternativesOf(node, path, source) {
  const { node: parent, key } = /** @type {Step} */ (path.at(-1))
  /** @param {Node | null | undefined} part */
  const text = (part) => (part ? source.slice(part.start, part.end) : '')
  /** @type {Alternative[]} */
  const found = []
  /** @type {(kind: string, ...texts: readonly string[]) => void} */
  const add = (kind, ...texts) => {
    for (const one of texts) found.push({ kind, text: one })
  }
  /** @param {string} operator */
  const withOperator = (operator) => replaceBetween(source, node, node.operator ?? '', operator)

  const isTest = key === 'test'
  if (isTest && parent.type !== 'DoWhileStatement') add('condition', 'false')
  if (isTest && !loops.has(parent.type)) add('condition', 'true')
  if (isReturned(parent, key) && isWorthEmptying(node)) add('returned', 'undefined')

  switch (node.type) {
    case 'BinaryExpression': {
      const others = comparisons[node.operator ?? '']
      if (others !== undefined) {
        add('comparison', ...others.map(withOperator))
        if (!isTest && parent.type !== 'LogicalExpression' && parent.type !== 'UnaryExpression')
          add('condition', 'true', 'false')
      } else {
        const other = arithmetic[node.operator ?? '']
        if (other !== undefined) add('arithmetic', withOperator(other))
      }
      break
    }
    case 'LogicalExpression':
      if (node.operator === '&&') add('logic', withOperator('||'))
      if (node.operator === '||') add('logic', withOperator('&&'))
      add('operand', text(node.left), text(node.right))
      break
    case 'UnaryExpression':
      if (['!', '-', '~'].includes(node.operator ?? '')) add('sign', text(node.argument))
      break
    case 'UpdateExpression': {
      const other = node.operator === '++' ? '--' : '++'
      add('arithmetic', text(node).replace(node.operator ?? '', other))
      break
    }
    case 'AssignmentExpression': {
      const other = assignments[node.operator ?? '']
      if (other !== undefined) add('arithmetic', withOperator(other))
      break
    }
    case 'Literal':
      if (typeof node.value === 'boolean') add('literal', String(!node.value))
      else if (typeof node.value === 'string') add('literal', ...otherStrings(node, path))
      else if (node.regex !== undefined) add('pattern', ...looserPatterns(node.regex))
      break
    case 'TemplateLiteral':
      if (!(node.quasis ?? []).some(({ value }) => /\s/.test(value.raw)) && !isMessage(path))
        add('literal', "''")
      break
    case 'ArrayExpression':
      if ((node.elements ?? []).length > 0) add('literal', '[]')
      break
    case 'CallExpression': {
      const { callee } = node
      const method =
        callee?.type === 'MemberExpression' && !callee.computed ? callee.property?.name : undefined
      if (callee?.object === undefined || method === undefined || callee.optional || node.optional) break
      const other = otherMethods.get(method)
      if (other !== undefined) {
        const at = callee.property?.start ?? 0
        add('method', source.slice(node.start, at) + other + source.slice(at + method.length, node.end))
      }
      if (droppedMethods.has(method)) add('method', text(callee.object))
      break
    }
    case 'ChainExpression':
      add('optional chaining', ...withoutOptional(node, source))
      break
  }
  return found
}

/**
 * Whether the statement is worth leaving out, and says so by its kind.
 *
 * @param {Node} node
 * @param {readonly Step[]} path
 * @param {string} source
 * @returns {string | null}
 */
export function removalOf(node, path, source) {
  const { node: parent, key } = /** @type {Step} */ (path.at(-1))
  switch (node.type) {
    case 'BlockStatement': {
      const statements = /** @type {Node[]} */ (node.body)
      if (statements.length === 0 || key === 'block') return null
      const [only] = statements
      if (statements.length === 1 && only !== undefined && isRemovable(only)) return null
      if (statements.length === 1 && only?.type === 'ReturnStatement') return null
      return isBranchAlone(parent, key) ? null : 'block'
    }
    case 'ExpressionStatement':
    case 'ThrowStatement':
    case 'ContinueStatement':
    case 'BreakStatement': {
      if (!isRemovable(node) || isLogged(node, source)) return null
      if (isBranchAlone(parent, key)) return null
      const above = path.at(-2)
      if (
        parent.type === 'BlockStatement' &&
        above !== undefined &&
        /** @type {Node[]} */ (parent.body).length === 1
      )
        if (isBranchAlone(above.node, above.key)) return null
      return 'statement'
    }
    default:
      return null
  }
}

/**
 * Whether the call writes to the log. Nothing in it is changed.
 *
 * @param {Node} node
 * @param {string} source
 */
export function isLogCall(node, source) {
  const { callee } = node
  return (
    node.type === 'CallExpression' &&
    callee !== undefined &&
    /\blog\??\.(debug|info|warn|error)$/.test(source.slice(callee.start, callee.end))
  )
}

/** @param {Node} node the only thing under the condition: without it, the condition might as well be false */
function isBranchAlone(/** @type {Node} */ node, /** @type {string} */ key) {
  return node.type === 'IfStatement' && key === 'consequent' && !node.alternate
}

/** @param {Node} node */
function isRemovable(node) {
  if (node.type !== 'ExpressionStatement')
    return ['ThrowStatement', 'ContinueStatement', 'BreakStatement'].includes(node.type)
  const expression = unwrap(node.expression)
  return [
    'CallExpression',
    'ChainExpression',
    'AssignmentExpression',
    'UpdateExpression',
    'UnaryExpression',
    'NewExpression',
  ].includes(expression?.type ?? '')
}

/**
 * @param {Node} node
 * @param {string} source
 */
function isLogged(node, source) {
  const expression = unwrap(node.expression)
  const call = expression?.type === 'ChainExpression' ? expression.expression : expression
  return call !== undefined && isLogCall(call, source)
}

/**
 * @param {Node | undefined} node
 * @returns {Node | undefined}
 */
function unwrap(node) {
  if (node?.type === 'AwaitExpression' || (node?.type === 'UnaryExpression' && node.operator === 'void'))
    return unwrap(node.argument ?? undefined)
  return node
}

/**
 * @param {Node} parent
 * @param {string} key
 */
function isReturned(parent, key) {
  return (
    (parent.type === 'ReturnStatement' && key === 'argument') ||
    (parent.type === 'ArrowFunctionExpression' && key === 'body')
  )
}

/** @param {Node} node what its own changes do not show to be of use */
function isWorthEmptying(node) {
  if (node.type === 'Literal' || node.type === 'TemplateLiteral') return false
  if (node.type === 'LogicalExpression' || node.type === 'ConditionalExpression') return false
  if (node.type === 'BinaryExpression') return comparisons[node.operator ?? ''] === undefined
  if (node.type === 'UnaryExpression') return node.operator === 'void'
  return !(node.type === 'Identifier' && node.name === 'undefined')
}

/**
 * @param {Node} node
 * @param {readonly Step[]} path
 */
function otherStrings(node, path) {
  const text = String(node.value)
  const { node: parent, key } = /** @type {Step} */ (path.at(-1))
  if (/\s/.test(text) || isMessage(path)) return []
  if (parent.type === 'BinaryExpression' && comparisons[parent.operator ?? ''] !== undefined) return []
  if (key === 'source' || key === 'key') return []
  return [text === '' ? "'mutant'" : "''"]
}

/** @param {readonly Step[]} path within what an error says; the stable code of an error is no message */
function isMessage(path) {
  const at = path.findLastIndex(
    ({ node }) => node.type === 'NewExpression' && /Error$/.test(node.callee?.name ?? ''),
  )
  if (at === -1) return false
  const error = path[at]
  const isCode =
    at === path.length - 1 && error?.node.callee?.name === 'AuthError' && error.key === 'arguments.0'
  return !isCode
}

/** @param {{ pattern: string, flags: string }} regex */
function looserPatterns({ pattern, flags }) {
  const texts = []
  if (pattern.startsWith('^')) texts.push(`/${pattern.slice(1)}/${flags}`)
  if (pattern.endsWith('$')) texts.push(`/${pattern.slice(0, -1)}/${flags}`)
  return texts
}

/**
 * @param {string} source
 * @param {Node} node
 * @param {string} operator
 * @param {string} other
 */
function replaceBetween(source, node, operator, other) {
  const from = node.left?.end ?? node.start
  const at = source.indexOf(operator, from)
  return source.slice(node.start, at) + other + source.slice(at + operator.length, node.end)
}

/**
 * @param {Node} chain
 * @param {string} source
 */
function withoutOptional(chain, source) {
  const texts = []
  for (
    let link = chain.expression;
    link !== undefined;
    link = link.object ?? link.callee ?? link.expression
  ) {
    const before = link.object ?? link.callee
    if (link.optional !== true || before === undefined) continue
    const at = source.indexOf('?.', before.end)
    const next = source[at + 2] ?? ''
    const instead = next === '(' || next === '[' ? '' : '.'
    texts.push(source.slice(chain.start, at) + instead + source.slice(at + 2, chain.end))
  }
  return texts
}
