import type { VNode } from 'preact'
import { Layout } from './layout.js'

/** Whatever cannot be answered with one of the other pages. */
export function RefusalPage({
  title,
  sentence,
}: {
  readonly title: string
  readonly sentence: string
}): VNode {
  return (
    <Layout title={title} signedIn={null}>
      <h1>{title}</h1>
      <p class="lead" role="alert">
        {sentence}
      </p>
      <p class="lead">
        <a href="/">To the first page</a>
      </p>
    </Layout>
  )
}
