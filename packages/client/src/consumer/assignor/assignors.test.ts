import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flattened, noPartitions, partitionKey, type TopicPartitions } from '../topic-partition.ts'
import type { Assignments, Assignor, SubscribedMember } from './assignor.ts'
import { cooperativeStickyAssignor } from './cooperative-sticky.ts'
import { rangeAssignor } from './range.ts'
import { roundRobinAssignor } from './round-robin.ts'
import { stickyBalance } from './sticky-balance.ts'

const member = (memberId: string, topics: string[], more: Partial<SubscribedMember> = {}): SubscribedMember => ({
  memberId,
  topics,
  groupInstanceId: null,
  ownedPartitions: noPartitions,
  generationId: -1,
  rackId: null,
  userData: null,
  ...more,
})
const counts = (of: Record<string, number>) => new Map(Object.entries(of))
const plain = (assignments: Assignments) =>
  Object.fromEntries([...assignments].map(([id, partitions]) => [id, Object.fromEntries(partitions)]))
const keysOf = (partitions: TopicPartitions) => flattened(partitions).map((p) => partitionKey(p.topic, p.partition))

/** Groups of up to 8 members with subscriptions of their own to up to 5 topics. */
const groups = fc
  .record({
    partitions: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 5 }),
    subscriptions: fc.array(fc.array(fc.nat(4), { maxLength: 5 }), { minLength: 1, maxLength: 8 }),
  })
  .map(({ partitions, subscriptions }) => ({
    partitionCounts: new Map(partitions.map((count, index) => [`topic-${index}`, count])),
    members: subscriptions.map((topics, index) =>
      member(
        `member-${index}`,
        [...new Set(topics)].map((topic) => `topic-${topic}`),
      ),
    ),
  }))
/** The same with one subscription for all, as most groups are. */
const uniformGroups = groups.map(({ partitionCounts, members }) => ({
  partitionCounts,
  members: members.map((one) => ({ ...one, topics: [...partitionCounts.keys()] })),
}))

function assertEachOnce(members: readonly SubscribedMember[], partitionCounts: Map<string, number>, got: Assignments) {
  const owners = new Map<string, string>()
  for (const one of members) {
    for (const { topic, partition } of flattened(got.get(one.memberId) ?? noPartitions)) {
      const key = partitionKey(topic, partition)
      assert.ok(one.topics.includes(topic), `${one.memberId} has not subscribed to ${topic}`)
      assert.ok(!owners.has(key), `${key} has two owners`)
      owners.set(key, one.memberId)
    }
  }
  for (const [topic, count] of partitionCounts) {
    const wanted = members.some((one) => one.topics.includes(topic))
    for (let partition = 0; partition < count; partition++) {
      assert.equal(owners.has(partitionKey(topic, partition)), wanted, `${topic} ${partition}`)
    }
  }
}

/** Rebalances until nobody has to give anything up, as a group does; returns the rounds that it took. */
function settle(members: SubscribedMember[], partitionCounts: Map<string, number>) {
  for (let round = 1; ; round++) {
    const assignments = cooperativeStickyAssignor.assign(members, partitionCounts)
    const revoked = members.some((one) => {
      const kept = new Set(keysOf(assignments.get(one.memberId)!))
      return keysOf(one.ownedPartitions).some((key) => !kept.has(key))
    })
    members = members.map((one) => ({
      ...one,
      ownedPartitions: assignments.get(one.memberId)!,
      generationId: one.generationId + 1,
    }))
    if (!revoked) return { members, rounds: round, assignments }
  }
}

for (const assignor of [rangeAssignor, roundRobinAssignor, cooperativeStickyAssignor] satisfies Assignor[]) {
  test(`${assignor.name} gives each subscribed partition to exactly one subscriber`, () => {
    fc.assert(
      fc.property(groups, ({ members, partitionCounts }) => {
        assertEachOnce(members, partitionCounts, assignor.assign(members, partitionCounts))
      }),
    )
  })
}

test('range gives consecutive partitions of each topic, the first members one more', () => {
  const members = [member('b', ['t', 'u']), member('a', ['t', 'u']), member('c', ['t'])]
  assert.deepEqual(plain(rangeAssignor.assign(members, counts({ t: 7, u: 3 }))), {
    a: { t: [0, 1, 2], u: [0, 1] },
    b: { t: [3, 4], u: [2] },
    c: { t: [5, 6] },
  })
})

test('range and round robin put static members first, by their instance ids', () => {
  const members = [member('a', ['t']), member('z', ['t'], { groupInstanceId: 'i-1' })]
  assert.deepEqual(plain(rangeAssignor.assign(members, counts({ t: 3 }))), { z: { t: [0, 1] }, a: { t: [2] } })
  assert.deepEqual(plain(roundRobinAssignor.assign(members, counts({ t: 3 }))), { z: { t: [0, 2] }, a: { t: [1] } })
})

test('round robin deals the partitions of all topics in one round and passes over who has not subscribed', () => {
  const members = [member('a', ['t', 'u']), member('b', ['u']), member('c', ['t', 'u'])]
  assert.deepEqual(plain(roundRobinAssignor.assign(members, counts({ t: 2, u: 3 }))), {
    a: { t: [0], u: [0] },
    b: { u: [1] },
    c: { t: [1], u: [2] },
  })
})

test('the sticky balance of one subscription differs by at most one partition', () => {
  fc.assert(
    fc.property(uniformGroups, ({ members, partitionCounts }) => {
      const loads = [...stickyBalance(members, partitionCounts).values()].map((partitions) => partitions.length)
      assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `${loads}`)
    }),
  )
})

test('in the sticky balance nobody could take a partition from one that has two more', () => {
  fc.assert(
    fc.property(groups, ({ members, partitionCounts }) => {
      const balanced = stickyBalance(members, partitionCounts)
      for (const rich of members) {
        for (const poor of members) {
          const [more, less] = [balanced.get(rich.memberId)!, balanced.get(poor.memberId)!]
          if (more.length - less.length < 2) continue
          assert.ok(!more.some(({ topic }) => poor.topics.includes(topic)))
        }
      }
    }),
  )
})

test('a cooperative group settles in at most two rebalances, and then stays as it is', () => {
  fc.assert(
    fc.property(groups, fc.nat(7), ({ members, partitionCounts }, leaving) => {
      const settled = settle(members, partitionCounts)
      const left = settled.members.filter((_, index) => index !== leaving % members.length)
      if (left.length === 0) return
      const joined = settle([...left, member('member-new', members[0]!.topics as string[])], partitionCounts)
      assert.ok(joined.rounds <= 3, `${joined.rounds} rebalances`)
      assertEachOnce(joined.members, partitionCounts, joined.assignments)
      assert.deepEqual(settle(joined.members, partitionCounts).assignments, joined.assignments)
    }),
  )
})

test('a member that joins takes no more than its share, and nothing moves between the others', () => {
  fc.assert(
    fc.property(uniformGroups, ({ members, partitionCounts }) => {
      const before = settle(members, partitionCounts)
      const joining = member('member-new', [...partitionCounts.keys()])
      const after = settle([...before.members, joining], partitionCounts)
      for (const one of before.members) {
        const owned = new Set(keysOf(one.ownedPartitions))
        for (const key of keysOf(after.assignments.get(one.memberId)!)) assert.ok(owned.has(key), `${key} moved`)
      }
    }),
  )
})

test('when a member leaves, the others keep all that they have', () => {
  fc.assert(
    fc.property(uniformGroups, ({ members, partitionCounts }) => {
      const [, ...stay] = settle(members, partitionCounts).members
      if (stay.length === 0) return
      const after = settle(stay, partitionCounts)
      assert.equal(after.rounds, 1)
      for (const one of stay) {
        const kept = new Set(keysOf(after.assignments.get(one.memberId)!))
        for (const key of keysOf(one.ownedPartitions)) assert.ok(kept.has(key), `${key} moved`)
      }
    }),
  )
})

test('a partition that moves is in no assignment until its owner has given it up', () => {
  const owner = member('a', ['t'], { ownedPartitions: new Map([['t', [0, 1]]]), generationId: 3 })
  const assignments = cooperativeStickyAssignor.assign([owner, member('b', ['t'])], counts({ t: 2 }))
  assert.equal(flattened(assignments.get('a')!).length, 1)
  assert.equal(flattened(assignments.get('b')!).length, 0)
})

test('of two that claim a partition the later generation keeps it, and in the same generation neither', () => {
  const owned = new Map([['t', [0, 1]]])
  const early = member('early', ['t'], { ownedPartitions: owned, generationId: 4 })
  const late = member('late', ['t'], { ownedPartitions: owned, generationId: 5 })
  const balanced = stickyBalance([early, late], counts({ t: 4 }))
  assert.deepEqual(
    balanced.get('late')!.map((p) => p.partition),
    [0, 1],
  )
  const disputed = cooperativeStickyAssignor.assign([early, { ...late, generationId: 4 }], counts({ t: 2 }))
  assertEachOnce([early, late], counts({ t: 2 }), disputed)
})

test("the generation of an old subscription is read from the user data of Java's assignor", () => {
  const owned = new Map([['t', [0]]])
  const userData = (generationId: number) => cooperativeStickyAssignor.userData!({ generationId })
  assert.equal(Buffer.from(userData(7)!).toString('hex'), '00000007')
  const old = member('old', ['t'], { ownedPartitions: owned, userData: userData(1) })
  const young = member('young', ['t'], { ownedPartitions: owned, userData: userData(2) })
  const assignments = cooperativeStickyAssignor.assign([old, young], counts({ t: 1 }))
  assert.deepEqual(plain(assignments), { old: {}, young: { t: [0] } })
})

test('ten thousand partitions are balanced over a hundred members', () => {
  const members = Array.from({ length: 100 }, (_, index) => member(`member-${index}`, ['t', 'u']))
  const balanced = stickyBalance(members, counts({ t: 9_000, u: 1_000 }))
  assert.ok([...balanced.values()].every((partitions) => partitions.length === 100))
})
