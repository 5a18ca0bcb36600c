// Names of routes for labels. A path as it came never is one: there are endlessly many, and some hold what is secret.

/** What no route is for. */
export const otherRoute = 'other'

/** `templates` as OpenAPI writes them: `{id}` stands for one segment. */
export function createRouteNames(templates: readonly string[]): (path: string) => string {
  const exact = new Set(templates)
  const patterns = templates
    .filter((template) => template.includes('{'))
    .map((template) => ({ template, segments: template.split('/') }))

  return (path) => {
    if (exact.has(path)) return path
    const segments = path.split('/', maxSegments)
    return patterns.find((pattern) => fits(pattern.segments, segments))?.template ?? otherRoute
  }
}

const maxSegments = 16

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every(
      (part, index) => part === segments[index] || (part.startsWith('{') && segments[index] !== ''),
    )
  )
}
