// The conformance suite: what every adapter must do, driven over a socket against a real server of its framework.

import { describe } from 'vitest'
import type { Fixture } from './fixture.js'
import { answers } from './suite/answers.js'
import { failures } from './suite/failures.js'
import { guards } from './suite/guards.js'
import { pages } from './suite/pages.js'
import { signingIn } from './suite/signing-in.js'
import { strangeRequests } from './suite/strange-requests.js'

export function conformance(fixture: Fixture): void {
  describe(`${fixture.name}: signing in and out`, () => signingIn(fixture))
  describe(`${fixture.name}: guards`, () => guards(fixture))
  describe(`${fixture.name}: pages of this and other origins`, () => pages(fixture))
  describe(`${fixture.name}: answers of the app`, () => answers(fixture))
  describe(`${fixture.name}: failures`, () => failures(fixture))
  describe(`${fixture.name}: strange requests`, () => strangeRequests(fixture))
}
