// Puts all changes of a file into one text, each asleep behind its number: one build serves every mutant.

import { parseAst } from 'vitest/node'
import { alternativesOf, isLogCall, removalOf } from './mutators.mjs'

/** @typedef {import('./mutators.mjs').Node} Node */
/** @typedef {import('./mutators.mjs').Step} Step */

/**
 * @typedef {object} Mutant
 * @property {number} id
 * @property {string} file
 * @property {number} line
 * @property {string} kind
 * @property {string} from
 * @property {string} to
 */

/** Positions whose text is a name or a place to write to, not a value. */
const notValues = new Set([
  'AssignmentExpression.left',
  'UpdateExpression.argument',
  'ForOfStatement.left',
  'ForInStatement.left',
  'AssignmentPattern.left',
  'VariableDeclarator.id',
  'TaggedTemplateExpression.quasi',
])
/** Children that are written without parentheses because what they belong to needs its own form. */
const transparent = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'])

/**
 * @param {string} file
 * @param {string} source
 * @param {number} firstId
 * @returns {{ code: string, mutants: Mutant[] }}
 */
export function instrument(file, source, firstId) {
  /** @type {Mutant[]} */
  const mutants = []
  const program = /** @type {Node} */ (/** @type {unknown} */ (parseAst(source, { lang: 'ts' })))

  /**
   * @param {Node} node
   * @param {string} kind
   * @param {string} to
   */
  function number(node, kind, to) {
    const id = firstId + mutants.length
    const line = source.slice(0, node.start).split('\n').length
    mutants.push({ id, file, line, kind, from: source.slice(node.start, node.end), to })
    return id
  }

  /**
   * @param {Node} node
   * @param {readonly Step[]} path
   * @returns {string}
   */
  function write(node, path) {
    const isType = node.type.startsWith('TS') && !transparent.has(node.type)
    if (isType || isLogCall(node, source) || isListOfNames(node)) return source.slice(node.start, node.end)
    const { node: parent, key } = path.at(-1) ?? { node: program, key: '' }
    const place = `${parent.type}.${key}`
    const removal = removalOf(node, path.length === 0 ? [{ node: program, key: '' }] : path, source)
    const id = removal === null ? null : number(node, removal, '')
    const alternatives =
      isValue(node, parent, key) && !notValues.has(place) ? alternativesOf(node, path, source) : []
    const ids = alternatives.map(({ kind, text }) => number(node, kind, text))
    const plain = writeChildren(node, path)

    if (id !== null) {
      return node.type === 'BlockStatement' ? `{if(!__m(${id}))${plain}}` : `{if(!__m(${id})){${plain}\n}}`
    }
    if (node.type === 'ExpressionStatement') {
      const mayJoinTheLineBefore = /^[([`]/.test(plain) && /^body\.|^consequent\.\d/.test(key)
      return mayJoinTheLineBefore ? `;${plain}` : plain
    }
    if (alternatives.length === 0) return plain
    const choices = alternatives.map(({ text }, index) => `__m(${ids[index]})?(${text}):`)
    return `(${choices.join('')}(${plain}))`
  }

  /**
   * @param {Node} node
   * @param {readonly Step[]} path
   */
  function writeChildren(node, path) {
    let text = ''
    let at = node.start
    for (const { child, key } of node.type === 'ChainExpression' ? linksOf(node) : childrenOf(node)) {
      text += source.slice(at, child.start) + write(child, [...path, { node, key }])
      at = child.end
    }
    return text + source.slice(at, node.end)
  }

  const body = writeChildren(program, [])
  return { code: `const __m = globalThis.__mutation?.isOn ?? (() => false);${body}`, mutants }
}

/** @param {Node} node */
function isListOfNames(node) {
  return (
    node.type === 'ImportDeclaration' ||
    node.type === 'ExportSpecifier' ||
    node.type === 'ExportAllDeclaration'
  )
}

/**
 * @param {Node} node
 * @param {Node} parent
 * @param {string} key
 */
function isValue(node, parent, key) {
  if (
    /Statement$|Declaration$|Declarator$|Pattern$|^(Program|Property|Super|RestElement|SpreadElement)$/.test(
      node.type,
    )
  )
    return false
  if (
    /^(Template(Element)|Class(Body|)|MethodDefinition|PropertyDefinition|SwitchCase|CatchClause)$/.test(
      node.type,
    )
  )
    return false
  if (key === 'key' || (key === 'property' && !parent.computed)) return false
  if (parent.type === 'UnaryExpression' && (parent.operator === 'delete' || parent.operator === 'typeof'))
    return false
  if (/Import|Export/.test(parent.type) || node.type === 'PrivateIdentifier') return false
  return !(key === 'callee' || /^params/.test(key) || key === 'id' || key === 'label')
}

/**
 * @param {Node} node
 * @returns {{ child: Node, key: string }[]} in the order of the text
 */
function childrenOf(node) {
  if (node.type === 'Property' && node.shorthand === true) {
    const value = /** @type {Node | undefined} */ (node.value)
    return value?.type === 'AssignmentPattern' ? [{ child: value, key: 'value' }] : []
  }
  return Object.entries(node)
    .flatMap(([key, value]) =>
      Array.isArray(value)
        ? value.map((child, index) => ({ child, key: `${key}.${index}` }))
        : [{ child: value, key }],
    )
    .filter(({ child }) => isNode(child))
    .sort((a, b) => a.child.start - b.child.start || a.child.end - b.child.end)
}

/**
 * The values inside a chain. Its links themselves stay bare: parentheses around one would end the chain early.
 *
 * @param {Node} chain
 * @returns {{ child: Node, key: string }[]}
 */
function linksOf(chain) {
  /** @type {{ child: Node, key: string }[]} */
  const values = []
  for (let link = chain.expression; link !== undefined; ) {
    /** @type {Node | undefined} */
    const before = link.object ?? link.callee ?? (transparent.has(link.type) ? link.expression : undefined)
    if (before === undefined) {
      values.push({ child: link, key: 'expression' })
      break
    }
    for (const [index, child] of (link.arguments ?? []).entries())
      values.push({ child, key: `arguments.${index}` })
    if (link.computed === true && link.property !== undefined)
      values.push({ child: link.property, key: 'computed' })
    link = before
  }
  return values.sort((a, b) => a.child.start - b.child.start)
}

/**
 * @param {unknown} value
 * @returns {value is Node}
 */
function isNode(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'start' in value
  )
}
