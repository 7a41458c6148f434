import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Runtime } from '@ottla/runtime'
import type { FetchPartition } from './fetch-partition.ts'
import { FetchSessions } from './fetch-sessions.ts'

function sessionsOf(limits: { slots?: number; partitions?: number }) {
  const clock = { ms: 0 }
  let id = 0
  const runtime = { monotonic: () => clock.ms, randomBytes: () => Uint8Array.of(0, 0, 0, ++id) } as unknown as Runtime
  const settings = {
    maxIncrementalFetchSessionCacheSlots: limits.slots ?? 2,
    maxFetchSessionPartitions: limits.partitions ?? 1000,
    fetchSessionEvictionMs: 1000,
  }
  return { sessions: new FetchSessions(settings, runtime), clock }
}

const partitions = (count: number) =>
  new Map(Array.from({ length: count }, (_, partition) => [`${partition}:t`, { partition } as FetchPartition]))

test('a session that was not used for long makes room for a new one', () => {
  const { sessions, clock } = sessionsOf({})
  const [first, second] = [sessions.create(false, partitions(9))!, sessions.create(false, partitions(9))!]
  assert.equal(sessions.create(false, partitions(9)), undefined)
  clock.ms = 1001
  sessions.touch(second)
  assert.ok(sessions.create(false, partitions(1)))
  assert.equal(sessions.get(first.id), undefined)
  assert.equal(sessions.get(second.id), second)
})

test('a larger session displaces a smaller one that is not new', () => {
  const { sessions, clock } = sessionsOf({})
  const [small, large] = [sessions.create(false, partitions(2))!, sessions.create(false, partitions(8))!]
  clock.ms = 1001
  sessions.touch(small)
  sessions.touch(large)
  assert.equal(sessions.create(false, partitions(1)), undefined)
  assert.ok(sessions.create(false, partitions(5)))
  assert.equal(sessions.get(small.id), undefined)
})

test('sessions remember no more partitions than their limit, all together', () => {
  const { sessions } = sessionsOf({ slots: 10, partitions: 10 })
  const session = sessions.create(false, partitions(8))!
  assert.equal(sessions.create(false, partitions(3)), undefined)
  assert.equal(sessions.hasRoomFor(3), false)
  sessions.remove(session.id)
  assert.ok(sessions.create(false, partitions(3)))
})
