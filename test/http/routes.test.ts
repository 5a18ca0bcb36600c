// Which path leads to which route: whole paths, one spelling each.

import { describe, expect, test } from 'vitest'
import { createMatcher } from '../../packages/sessera/src/http/routes.js'

const match = createMatcher('/auth', { adminRole: 'admin', ownUsers: true })

const found = (path: string): readonly unknown[] | null => {
  const matched = match(path)
  return matched === null ? null : [[...matched.byMethod.values()][0]?.path, matched.id]
}

describe('an id in a path', () => {
  test.each([
    ['/auth/sessions/abc', ['{base}/sessions/{id}', 'abc']],
    ['/auth/admin/users/abc', ['{base}/admin/users/{id}', 'abc']],
    ['/auth/admin/users/abc/roles', ['{base}/admin/users/{id}/roles', 'abc']],
    ['/auth/admin/users/import', ['{base}/admin/users/import', '']],
    ['/auth/admin/users/import/roles', ['{base}/admin/users/{id}/roles', 'import']],
    ['/auth/admin/users/roles/roles', ['{base}/admin/users/{id}/roles', 'roles']],
    ['/auth/admin/users/app%20user%201/disable', ['{base}/admin/users/{id}/disable', 'app user 1']],
    ['/auth/admin/users/auth0%7C5f%2F7', ['{base}/admin/users/{id}', 'auth0|5f/7']],
    ['/auth/admin/users/ada%40example.org', ['{base}/admin/users/{id}', 'ada@example.org']],
    ['/auth/admin/users/%E2%82%AC', ['{base}/admin/users/{id}', '€']],
    ['/auth/admin/users/...', ['{base}/admin/users/{id}', '...']],
    [`/auth/admin/users/${'x'.repeat(128)}`, ['{base}/admin/users/{id}', 'x'.repeat(128)]],
  ])('%s is read', (path, expected) => {
    expect(found(path)).toEqual(expected)
  })

  test.each([
    '/auth/admin/users/',
    '/auth/admin/users//roles',
    '/auth/admin/users/roles/',
    '/auth/admin/users/a/b',
    '/auth/admin/users/a/b/roles',
    '/auth/admin/users/.',
    '/auth/admin/users/..',
    '/auth/admin/users/../roles',
    '/auth/admin/users/./roles',
    '/auth/admin/users/%2E%2E',
    '/auth/admin/users/%61',
    '/auth/admin/users/a%2fb',
    '/auth/admin/users/%e2%82%ac',
    '/auth/admin/users/a@b',
    '/auth/admin/users/a;b',
    '/auth/admin/users/€',
    '/auth/admin/users/%',
    '/auth/admin/users/%2',
    '/auth/admin/users/%FF',
    '/auth/admin/users/%C0%AF',
    '/auth/admin/users/%00',
    '/auth/admin/users/%0A',
    '/auth/admin/users/%C2%85',
    '/auth/admin/users/a%5Cb\\',
    '/auth/admin/users/{id}',
    '/auth/sessions/{id}',
    '/{base}/sessions/a',
    `/auth/admin/users/${'x'.repeat(129)}`,
  ])('%s leads nowhere', (path) => {
    expect(found(path)).toBeNull()
  })
})
