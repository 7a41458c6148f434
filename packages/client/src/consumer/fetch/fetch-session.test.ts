import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zeroUuid } from '@ottla/protocol'
import { type FetchPosition, FetchSession, haveTopicIds } from './fetch-session.ts'

const idOf = (topic: string) => Buffer.alloc(16, topic).toString('base64url')
const position = (topic: string, partition: number, fetchOffset: number): FetchPosition => ({
  topic,
  topicId: idOf(topic),
  partition,
  fetchOffset,
  currentLeaderEpoch: 3,
  lastFetchedEpoch: -1,
  partitionMaxBytes: 1000,
})
const asked = (fields: { topics: readonly { topic?: string; partitions: readonly { partition: number }[] }[] }) =>
  fields.topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => `${topic}-${partition}`))

test('the first request asks for all partitions and for a session', () => {
  const session = new FetchSession()
  const first = session.next([position('a', 0, 5), position('a', 1, 6), position('b', 0, 7)], true)
  assert.deepEqual([first.sessionId, first.sessionEpoch], [0, 0])
  assert.deepEqual(asked(first), ['a-0', 'a-1', 'b-0'])
})

test('later requests name what is new or has moved, and what is to be forgotten', () => {
  const session = new FetchSession()
  session.next([position('a', 0, 5), position('a', 1, 6), position('b', 0, 7)], true)
  session.answered(99)
  const second = session.next([position('a', 0, 8), position('a', 1, 6), position('c', 0, 0)], true)
  assert.deepEqual([second.sessionId, second.sessionEpoch], [99, 1])
  assert.deepEqual(asked(second), ['a-0', 'c-0'])
  assert.deepEqual(second.forgottenTopicsData, [{ topic: 'b', topicId: idOf('b'), partitions: [0] }])
})

test('a broker that keeps no sessions is asked for everything each time', () => {
  const session = new FetchSession()
  for (let round = 0; round < 2; round++) {
    const request = session.next([position('a', 0, 5)], true)
    assert.deepEqual([request.sessionId, request.sessionEpoch, asked(request)], [0, 0, ['a-0']])
    session.answered(0)
  }
})

test('after a lost answer everything is asked for, and the old session is replaced', () => {
  const session = new FetchSession()
  session.next([position('a', 0, 5)], true)
  session.answered(99)
  session.next([position('a', 0, 6)], true)
  session.restart()
  const again = session.next([position('a', 0, 6)], true)
  assert.deepEqual([again.sessionId, again.sessionEpoch, asked(again)], [99, 0, ['a-0']])
  session.forget()
  assert.equal(session.next([position('a', 0, 6)], true).sessionId, 0)
})

test('names and topic ids do not mix within a session', () => {
  const session = new FetchSession()
  session.next([position('a', 0, 5)], true)
  session.answered(99)
  const byNames = session.next([position('a', 0, 5), { ...position('b', 0, 1), topicId: zeroUuid }], false)
  assert.deepEqual([byNames.sessionEpoch, asked(byNames)], [0, ['a-0', 'b-0']])
  assert.equal(haveTopicIds([position('a', 0, 1), { ...position('b', 0, 1), topicId: zeroUuid }]), false)
})

test('a topic that was created anew is asked for under its new id, and the old id is forgotten', () => {
  const session = new FetchSession()
  session.next([position('a', 0, 5)], true)
  session.answered(99)
  const recreated = session.next([{ ...position('a', 0, 5), topicId: idOf('new') }], true)
  assert.equal(recreated.topics[0]!.topicId, idOf('new'))
  assert.equal(recreated.forgottenTopicsData[0]!.topicId, idOf('a'))
})

test('only a session that exists is closed', () => {
  const session = new FetchSession()
  assert.equal(session.closing(), undefined)
  session.next([position('a', 0, 5)], true)
  session.answered(99)
  assert.deepEqual([session.closing()!.sessionId, session.closing()!.sessionEpoch], [99, -1])
})
