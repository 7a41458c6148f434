import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  type Decoded,
  deleteGroupsRequest,
  deleteGroupsResponse,
  describeGroupsRequest,
  describeGroupsResponse,
  ErrorCode,
  findCoordinatorRequest,
  findCoordinatorResponse,
  heartbeatRequest,
  heartbeatResponse,
  joinGroupRequest,
  joinGroupResponse,
  leaveGroupRequest,
  leaveGroupResponse,
  listGroupsRequest,
  listGroupsResponse,
  type Message,
  offsetCommitRequest,
  offsetCommitResponse,
  offsetDeleteRequest,
  offsetDeleteResponse,
  offsetFetchRequest,
  offsetFetchResponse,
  syncGroupRequest,
  syncGroupResponse,
} from '@ottla/protocol'
import { TestBroker, topicIdOf } from '../testing/test-broker.ts'
import type { WireClient } from '../testing/wire-client.ts'

// A whole life of a group and its offsets in each version of each request, over the wire.

let broker: TestBroker
let client: WireClient

before(async () => {
  broker = await TestBroker.start()
  broker.addTopic('t', 2)
  client = await broker.connect()
})
after(() => broker.close())

const versionsOf = (request: Message<any>) => {
  const [oldest, newest] = request.versions
  return Array.from({ length: newest - oldest + 1 }, (_, i) => oldest + i)
}
/** Each version once, at the side of the versions of another request: `i` counts on. */
const versionOf = (request: Message<any>, i: number) => {
  const all = versionsOf(request)
  return all[i % all.length]!
}

async function join(groupId: string, version: number, groupInstanceId: string | null = null) {
  const body = {
    groupId,
    protocolType: 'consumer',
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    groupInstanceId,
    protocols: [{ name: 'range', metadata: Buffer.from('m') }],
  }
  const ask = (memberId: string) => client.ask(joinGroupRequest, joinGroupResponse, version, { ...body, memberId })
  const first = await ask('')
  return first.errorCode === ErrorCode.MEMBER_ID_REQUIRED ? ask(first.memberId) : first
}

const sync = (groupId: string, joined: Decoded<typeof joinGroupResponse>, version: number) =>
  client.ask(syncGroupRequest, syncGroupResponse, version, {
    groupId,
    memberId: joined.memberId,
    generationId: joined.generationId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [{ memberId: joined.memberId, assignment: Buffer.from('a') }],
  })

const topicAt = (byId: boolean) => (byId ? { topicId: topicIdOf('t') } : { name: 't' })

test('a member joins, is assigned, is alive, commits, is described and leaves, in every version', async () => {
  for (const i of versionsOf(joinGroupRequest)) {
    const groupId = `life-${i}`
    const joined = await join(groupId, i)
    assert.deepEqual([joined.errorCode, joined.generationId, joined.protocolName], [0, 1, 'range'])
    assert.equal(joined.members.length, 1)
    const synced = await sync(groupId, joined, versionOf(syncGroupRequest, i))
    assert.equal(String(synced.assignment), 'a')
    const { memberId, generationId } = joined
    const beat = { groupId, memberId, generationId }
    const heartbeat = await client.ask(heartbeatRequest, heartbeatResponse, versionOf(heartbeatRequest, i), beat)
    assert.equal(heartbeat.errorCode, 0)
    const describeVersion = versionOf(describeGroupsRequest, i)
    const { groups } = await client.ask(describeGroupsRequest, describeGroupsResponse, describeVersion, {
      groups: [groupId],
      includeAuthorizedOperations: true,
    })
    const [group] = groups
    assert.deepEqual([group!.groupState, group!.protocolType, group!.protocolData], ['Stable', 'consumer', 'range'])
    assert.deepEqual(
      group!.members.map((member) => [
        member.memberId,
        member.clientId,
        member.clientHost,
        String(member.memberAssignment),
      ]),
      [[memberId, 'test', '/127.0.0.1', 'a']],
    )
    assert.equal(group!.authorizedOperations, describeVersion >= 3 ? 3400 : -(2 ** 31))
    const leaveVersion = versionOf(leaveGroupRequest, i)
    const leaving = leaveVersion >= 3 ? { groupId, members: [{ memberId }] } : { groupId, memberId }
    const left = await client.ask(leaveGroupRequest, leaveGroupResponse, leaveVersion, leaving)
    assert.deepEqual(
      [left.errorCode, ...left.members.map(({ errorCode }) => errorCode)],
      leaveVersion >= 3 ? [0, 0] : [0],
    )
  }
})

test('one who is no member is told so, in every version', async () => {
  for (const version of versionsOf(heartbeatRequest)) {
    const beat = { groupId: 'none', memberId: 'm', generationId: 1 }
    const { errorCode } = await client.ask(heartbeatRequest, heartbeatResponse, version, beat)
    assert.equal(errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
  }
  for (const version of versionsOf(leaveGroupRequest)) {
    const members = [{ memberId: 'm' }]
    const left = await client.ask(leaveGroupRequest, leaveGroupResponse, version, {
      groupId: 'none',
      memberId: 'm',
      members,
    })
    assert.equal(version >= 3 ? left.members[0]!.errorCode : left.errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
  }
  for (const version of versionsOf(joinGroupRequest)) {
    const joined = await client.ask(joinGroupRequest, joinGroupResponse, version, {
      groupId: 'none',
      memberId: 'm',
      sessionTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range' }],
    })
    assert.equal(joined.errorCode, ErrorCode.UNKNOWN_MEMBER_ID)
    assert.equal(joined.protocolName, version >= 7 ? null : '')
  }
})

test('offsets are committed and fetched in every version', async () => {
  for (const version of versionsOf(offsetCommitRequest)) {
    const groupId = `offsets-${version}`
    const committed = await client.ask(offsetCommitRequest, offsetCommitResponse, version, {
      groupId,
      topics: [
        {
          ...topicAt(version >= 10),
          partitions: [
            { partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: 2, committedMetadata: 'so far' },
            { partitionIndex: 9, committedOffset: 7, committedMetadata: null },
          ],
        },
      ],
    })
    assert.deepEqual(
      committed.topics[0]!.partitions.map(({ errorCode }) => errorCode),
      [0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    )
    for (const fetchVersion of versionsOf(offsetFetchRequest)) {
      const [partition, none] = await fetched(groupId, fetchVersion, [0, 1])
      const epoch = version >= 6 && fetchVersion >= 5 ? 2 : -1
      assert.deepEqual(
        [partition!.committedOffset, partition!.committedLeaderEpoch, partition!.metadata, partition!.errorCode],
        [7, epoch, 'so far', 0],
      )
      assert.deepEqual([none!.committedOffset, none!.metadata, none!.errorCode], [-1, '', 0])
      if (fetchVersion >= 2) assert.equal((await fetched(groupId, fetchVersion, null)).length, 1)
    }
  }
})

/** `partitions` null: all that the group has. */
async function fetched(groupId: string, version: number, partitions: number[] | null) {
  const topics = partitions && [{ ...topicAt(version >= 10), partitionIndexes: partitions }]
  const body = version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics }
  const response = await client.ask(offsetFetchRequest, offsetFetchResponse, version, body)
  const found = version >= 8 ? response.groups[0]!.topics : response.topics
  return found.flatMap((topic) => topic.partitions)
}

test('topics that do not exist fail alone, by name and by id', async () => {
  for (const version of versionsOf(offsetCommitRequest)) {
    const unknown = version >= 10 ? { topicId: topicIdOf('unknown') } : { name: 'unknown' }
    const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }]
    const { topics } = await client.ask(offsetCommitRequest, offsetCommitResponse, version, {
      groupId: 'mixed',
      topics: [
        { ...unknown, partitions },
        { ...topicAt(version >= 10), partitions },
        { ...topicAt(version >= 10), partitions: [] },
      ],
    })
    assert.deepEqual(
      topics.map((topic) => topic.partitions[0]!.errorCode),
      [version >= 10 ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 0],
    )
  }
  const { groups } = await client.ask(offsetFetchRequest, offsetFetchResponse, 10, {
    groups: [{ groupId: 'mixed', topics: [{ topicId: topicIdOf('unknown'), partitionIndexes: [0] }] }],
  })
  assert.deepEqual(
    [groups[0]!.errorCode, groups[0]!.topics[0]!.partitions[0]!.errorCode],
    [0, ErrorCode.UNKNOWN_TOPIC_ID],
  )
})

test('several groups are fetched at once, and one that is not there has committed nothing', async () => {
  const { groups } = await client.ask(offsetFetchRequest, offsetFetchResponse, 9, {
    groups: [
      { groupId: 'mixed', topics: null },
      { groupId: 'nowhere', topics: null },
    ],
  })
  assert.deepEqual(
    groups.map(({ groupId, errorCode, topics }) => [groupId, errorCode, topics.length]),
    [
      ['mixed', 0, 1],
      ['nowhere', 0, 0],
    ],
  )
})

test('the coordinator of every group is this broker, and of transactions there is none', async () => {
  for (const version of versionsOf(findCoordinatorRequest)) {
    const body = version >= 4 ? { coordinatorKeys: ['a', 'b'] } : { key: 'a' }
    const response = await client.ask(findCoordinatorRequest, findCoordinatorResponse, version, body)
    const found = version >= 4 ? response.coordinators : [response]
    assert.equal(found.length, version >= 4 ? 2 : 1)
    for (const { errorCode, nodeId, port } of found)
      assert.deepEqual([errorCode, nodeId, port], [0, 1, broker.address.port])
    if (version === 0) continue
    const other = await client.ask(findCoordinatorRequest, findCoordinatorResponse, version, { ...body, keyType: 1 })
    const [none] = version >= 4 ? other.coordinators : [other]
    assert.deepEqual([none!.errorCode, none!.nodeId, none!.port], [ErrorCode.INVALID_REQUEST, -1, -1])
    assert.match(none!.errorMessage!, /Transactions are not supported/)
  }
})

test('groups are listed by state and type', async () => {
  const joined = await join('listed', 9)
  await sync('listed', joined, 5)
  for (const version of versionsOf(listGroupsRequest)) {
    const list = async (filters: { statesFilter?: string[]; typesFilter?: string[] }) => {
      const { groups } = await client.ask(listGroupsRequest, listGroupsResponse, version, filters)
      return groups.map(({ groupId }) => groupId)
    }
    assert.ok((await list({})).includes('listed'))
    assert.ok((await list({})).includes('mixed'))
    if (version >= 4) assert.deepEqual(await list({ statesFilter: ['sTable'] }), ['listed'])
    if (version >= 5) {
      assert.ok((await list({ typesFilter: ['Classic'] })).includes('listed'))
      assert.deepEqual(await list({ typesFilter: ['consumer'] }), [])
    }
  }
})

test('offsets and groups are deleted where nobody works with them', async () => {
  const deleteOffset = async (groupId: string) => {
    const topics = [
      { name: 't', partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] },
      { name: 'unknown', partitions: [{ partitionIndex: 0 }] },
    ]
    const response = await client.ask(offsetDeleteRequest, offsetDeleteResponse, 0, { groupId, topics })
    return [
      response.errorCode,
      ...response.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)),
    ]
  }
  const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  assert.deepEqual(await deleteOffset('mixed'), [0, 0, unknown, unknown])
  assert.deepEqual(await deleteOffset('nowhere'), [ErrorCode.GROUP_ID_NOT_FOUND])
  for (const version of versionsOf(deleteGroupsRequest)) {
    const groupsNames = [`offsets-${version + 2}`, 'listed', 'nowhere']
    const { results } = await client.ask(deleteGroupsRequest, deleteGroupsResponse, version, { groupsNames })
    assert.deepEqual(
      results.map(({ errorCode }) => errorCode),
      [0, ErrorCode.NON_EMPTY_GROUP, ErrorCode.GROUP_ID_NOT_FOUND],
    )
  }
})

test('a group that is not there is dead, and newer versions say that it was not found', async () => {
  for (const version of versionsOf(describeGroupsRequest)) {
    const { groups } = await client.ask(describeGroupsRequest, describeGroupsResponse, version, { groups: ['nowhere'] })
    assert.equal(groups[0]!.groupState, 'Dead')
    assert.equal(groups[0]!.errorCode, version >= 6 ? ErrorCode.GROUP_ID_NOT_FOUND : 0)
  }
})

test('when a topic is deleted its offsets go, so a new one of its name begins anew', async () => {
  broker.addTopic('short-lived')
  const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: '' }]
  const commit = { groupId: 'forgetful', topics: [{ name: 'short-lived', partitions }] }
  await client.ask(offsetCommitRequest, offsetCommitResponse, 9, commit)
  broker.removeTopic('short-lived')
  await broker.until(() => true)
  const { groups } = await client.ask(offsetFetchRequest, offsetFetchResponse, 9, {
    groups: [{ groupId: 'forgetful', topics: null }],
  })
  assert.deepEqual(groups[0]!.topics, [])
})

test('a sync from v5 on names type and protocol', async () => {
  for (const version of versionsOf(syncGroupRequest)) {
    const joined = await join(`sync-named-${version}`, 5)
    const { errorCode } = await client.ask(syncGroupRequest, syncGroupResponse, version, {
      groupId: `sync-named-${version}`,
      generationId: joined.generationId,
      memberId: joined.memberId,
    })
    assert.equal(errorCode, version >= 5 ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL : ErrorCode.NONE)
  }
})

test('of a group that is not there nothing is allowed, since there is an error that says so', async () => {
  for (const version of versionsOf(describeGroupsRequest).filter((known) => known >= 3)) {
    const body = { groups: ['nowhere'], includeAuthorizedOperations: true }
    const { groups } = await client.ask(describeGroupsRequest, describeGroupsResponse, version, body)
    assert.equal(groups[0]!.errorCode, version >= 6 ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE)
    assert.equal(groups[0]!.authorizedOperations === -(2 ** 31), version >= 6)
  }
})
