import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warnings } from './warnings.ts'

test('what lasts is told once a minute, and what is no trouble not at all', () => {
  const told: string[] = []
  let nowMs = 0
  const hook = warnings(
    (text) => told.push(text),
    () => nowMs,
  )
  for (; nowMs < 70_000; nowMs += 1_000) {
    hook({ level: 'info', message: 'connected', fields: {} })
    hook({ level: 'warn', message: 'can not be reached', fields: { brokerId: 1, err: new Error('refused') } })
    hook({ level: 'warn', message: 'is slow', fields: { brokerId: 1, topic: undefined } })
  }
  const both = ['can not be reached: refused', 'is slow: brokerId 1']
  assert.deepEqual(told, [...both, ...both])
})
