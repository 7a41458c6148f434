import type { Difference } from './compare.ts'

/** A difference that is meant. One that no run shows any more is reported, so that the table only shrinks or is explained. */
export interface Expected {
  /** The case, and the step if only that one differs. */
  readonly in?: RegExp
  readonly path?: RegExp
  readonly kafka?: unknown
  readonly ottla?: unknown
  readonly reason: string
}

export const expectedDifferences: readonly Expected[] = [
  {
    path: /[eE]rrorMessage$/,
    kafka: null,
    ottla: '<text>',
    reason: 'Ottla says what happened where Kafka only has a code',
  },
  {
    path: /[eE]rrorMessage$/,
    kafka: '',
    ottla: '<text>',
    reason: 'Ottla says what happened where Kafka only has a code and no text',
  },
]

/** `where` is `case / step`. */
export function isExpected(expected: Expected, where: string, difference: Difference): boolean {
  return (
    (expected.in?.test(where) ?? true) &&
    (expected.path?.test(difference.path) ?? true) &&
    (!('kafka' in expected) || expected.kafka === difference.kafka) &&
    (!('ottla' in expected) || expected.ottla === difference.ottla)
  )
}
