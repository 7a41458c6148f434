import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, errorOf, errors, KafkaError } from './errors.ts'
import { noSpec, specJson } from './testing/spec.ts'

test("the errors are Kafka's: names, codes and whether a client may try again", { skip: noSpec }, () => {
  const byCode = (a: { code: number }, b: { code: number }) => a.code - b.code
  deepEqual([...errors].sort(byCode), specJson('errors.json').sort(byCode))
})

test('an error knows its code, and a code its error', () => {
  const error = new KafkaError('NOT_LEADER_OR_FOLLOWER', 'orders-0 moved to broker 3')
  deepEqual([error.code, error.retriable, error.message], [6, true, 'orders-0 moved to broker 3'])
  equal(errorOf(ErrorCode.INVALID_RECORD).name, 'INVALID_RECORD')
  equal(errorOf(32_000).name, 'UNKNOWN_SERVER_ERROR')
})
