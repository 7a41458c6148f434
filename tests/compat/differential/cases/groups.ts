import {
  deleteGroupsRequest,
  describeGroupsRequest,
  findCoordinatorRequest,
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  listGroupsRequest,
  offsetCommitRequest,
  offsetFetchRequest,
  syncGroupRequest,
} from '@ottla/protocol'
import { type Case, everyVersion, once } from '../case.ts'

import { Member } from './member.ts'

const oddGroups = ['x'.repeat(300), 'a b']

export const groupCases: readonly Case[] = [
  everyVersion(findCoordinatorRequest, 'FindCoordinator', async (side, version) => {
    const ask = (step: string, keys: readonly string[], keyType = 0) =>
      side.ask(step, findCoordinatorRequest, version, { key: keys[0] ?? '', keyType, coordinatorKeys: keys })
    await ask('a group', [side.name('g')])
    await ask('two groups', [side.name('g'), side.name('h')])
    await ask('twice the same', [side.name('g'), side.name('g')])
    await ask('the group without a name', [''])
    await ask('nothing', [])
    await ask('an unknown type', [side.name('g')], 9)
    await ask('a negative type', [side.name('g')], -1)
    await ask('two of an unknown type', [side.name('g'), side.name('h')], 9)
    await ask('a share key without its parts', [side.name('g')], 2)
    await ask('the transaction without a name', [''], 1)
  }),
  everyVersion(joinGroupRequest, 'JoinGroup: a member alone', async (side, version) => {
    const member = new Member(side, side.name('g'), { join: version })
    await member.join('first')
    if (version >= 4) await member.join('with its id')
    await member.sync('sync')
    await member.beat('heartbeat')
    await member.describe('stable')
    await member.join('again')
    await member.beat('heartbeat while rejoining')
    await member.sync('sync again')
    await member.join('with other metadata', { protocols: [['range', 'other']] })
    await member.sync('sync after other metadata')
    await member.join('a protocol more', {
      protocols: [
        ['range', 'm'],
        ['roundrobin', 'n'],
      ],
    })
    await member.describe('before sync')
    await member.sync('sync with two protocols')
    await member.leave('leave')
    await member.beat('heartbeat after leaving')
    await member.describe('empty')
  }),
  everyVersion(joinGroupRequest, 'JoinGroup: what is refused', async (side, version) => {
    const ask = (step: string, change: Record<string, unknown> = {}) =>
      side.ask(step, joinGroupRequest, version, {
        groupId: side.name('g'),
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        memberId: '',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.from('m') }],
        ...change,
      } as never)
    await ask('an unknown member', { memberId: 'nobody' })
    await ask('an unknown member of a static name', { memberId: 'nobody', groupInstanceId: version >= 5 ? 'i' : null })
    await ask('session too short', { sessionTimeoutMs: 10 })
    await ask('session too long', { sessionTimeoutMs: 2_000_000_000 })
    await ask('negative session', { sessionTimeoutMs: -1 })
    await ask('no protocols', { protocols: [] })
    await ask('no protocol type', { protocolType: '' })
    await ask('a protocol without a name', { protocols: [{ name: '', metadata: Buffer.alloc(0) }] })
    await ask('no group', { groupId: '' })
    await ask('negative rebalance timeout', { rebalanceTimeoutMs: -1, groupId: side.name('negative') })
    await ask('a group with a space', { groupId: `${side.name('g')} h` })
    // Of those that wait for a member with an id, Kafka may tell or not.
    if (version < 4) await side.ask('listed', listGroupsRequest, 4, {}, { only: 'own' })
  }),
  everyVersion(joinGroupRequest, 'JoinGroup: two members', async (side, version) => {
    const group = side.name('g')
    const [a, b] = [new Member(side, group, { join: version }, 'a'), new Member(side, group, { join: version }, 'b')]
    await a.admit()
    await a.sync('a alone')
    const joining = b.admitted('b joins')
    await a.waitForRebalance('a hears of it')
    await a.join('a rejoins')
    await joining
    await a.beat('a between join and sync')
    const waiting = b.sync('b waits for its assignment')
    await a.syncAll('a assigns', [a, b])
    await waiting
    await a.describe('two are stable')
    await b.join('a follower rejoins with the same')
    await b.sync('and gets the same')
    await b.leave('b leaves')
    await a.waitForRebalance('a hears of the leave')
    await a.sync('a syncs in a rebalance')
    await a.join('a is alone again')
    await a.sync('a assigned alone')
  }),
  everyVersion(joinGroupRequest, 'JoinGroup: protocols that do not meet', async (side, version) => {
    const group = side.name('g')
    const [a, b] = [new Member(side, group, { join: version }, 'a'), new Member(side, group, { join: version }, 'b')]
    await a.admit([
      ['range', 'm'],
      ['sticky', 's'],
    ])
    await a.sync('a')
    await b.join('nothing in common', { protocols: [['roundrobin', 'm']] })
    await b.join('another type', { protocolType: 'connect' })
    await b.join('no protocols', { protocols: [] })
    const joining = b.admitted('b has one in common', [
      ['sticky', 'x'],
      ['roundrobin', 'm'],
    ])
    await a.waitForRebalance('a hears of it')
    await a.join('a rejoins', {
      protocols: [
        ['range', 'm'],
        ['sticky', 's'],
      ],
    })
    await joining
    await a.syncAll('assigned', [a, b])
    await b.sync('b')
    await a.describe('what they speak')
    await a.join('a would leave the common one', { protocols: [['range', 'm']] })
  }),
  everyVersion(
    joinGroupRequest,
    'JoinGroup: static members',
    async (side, version) => {
      const group = side.name('g')
      const a = new Member(side, group, { join: version, instanceId: 'one' }, 'a')
      await a.join('first')
      await a.sync('sync')
      await a.beat('heartbeat')
      await a.describe('stable')
      const again = new Member(side, group, { join: version, instanceId: 'one' }, 'again')
      await again.join('the same again, with no id')
      await again.sync('the same syncs')
      await a.beat('the one before is fenced')
      await a.join('the one before is fenced in join')
      await a.sync('the one before is fenced in sync')
      await a.leave('the one before leaves')
      await again.beat('the new one')
      await again.join('with other metadata', { protocols: [['range', 'other']] })
      await again.sync('with other metadata, sync')
      await side.ask('by an unknown static name', heartbeatRequest, 3, {
        groupId: group,
        generationId: 1,
        memberId: 'x',
        groupInstanceId: 'unknown',
      })
      await side.ask('removed by its static name', leaveGroupRequest, 3, {
        groupId: group,
        members: [
          { memberId: '', groupInstanceId: 'one' },
          { memberId: '', groupInstanceId: 'two' },
        ],
      })
      await again.beat('after its removal')
      await again.describe('after its removal')
    },
    (version) => version >= 5,
  ),
  everyVersion(syncGroupRequest, 'SyncGroup', async (side, version) => {
    const member = new Member(side, side.name('g'), { join: 5 })
    await member.admit()
    const ask = (step: string, change: Record<string, unknown> = {}) =>
      side.ask(step, syncGroupRequest, version, {
        groupId: member.group,
        generationId: 1,
        memberId: member.id,
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [{ memberId: member.id, assignment: Buffer.from('a') }],
        ...change,
      } as never)
    await ask('unknown group', { groupId: side.name('unknown') })
    await ask('no group', { groupId: '' })
    await ask('unknown member', { memberId: 'nobody' })
    await ask('no member', { memberId: '' })
    await ask('an older generation', { generationId: 0 })
    await ask('a later generation', { generationId: 2 })
    await ask('generation -1', { generationId: -1 })
    await ask('another protocol', { protocolName: 'sticky' })
    await ask('another type', { protocolType: 'connect' })
    await ask('no protocol', { protocolName: null, protocolType: null })
    await ask('assigned to nobody, again', { assignments: [] })
    await ask('again')
    await ask('assigned to a stranger', { assignments: [{ memberId: 'x', assignment: Buffer.from('z') }] })
    if (version >= 3) await ask('with a static name that it has not', { groupInstanceId: 'i' })
  }),
  everyVersion(syncGroupRequest, 'SyncGroup: only others are assigned', async (side, version) => {
    const member = new Member(side, side.name('g'), { join: 5, sync: version })
    await member.admit()
    await side.ask('to a stranger', syncGroupRequest, version, {
      groupId: member.group,
      generationId: 1,
      memberId: member.id,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [{ memberId: 'x', assignment: Buffer.from('z') }],
    } as never)
    await member.describe('stable with nothing')
  }),
  everyVersion(heartbeatRequest, 'Heartbeat', async (side, version) => {
    const member = new Member(side, side.name('g'), { join: 5 })
    await member.admit()
    const ask = (step: string, change: Record<string, unknown> = {}) =>
      side.ask(step, heartbeatRequest, version, {
        groupId: member.group,
        generationId: 1,
        memberId: member.id,
        ...change,
      } as never)
    await ask('before the sync')
    await member.sync('sync')
    await ask('stable')
    await ask('unknown group', { groupId: side.name('unknown') })
    await ask('no group', { groupId: '' })
    await ask('unknown member', { memberId: 'nobody' })
    await ask('no member', { memberId: '' })
    await ask('older generation', { generationId: 0 })
    await ask('later generation', { generationId: 2 })
    await ask('generation -1', { generationId: -1 })
    if (version >= 3) await ask('a static name', { groupInstanceId: 'i' })
  }),
  everyVersion(leaveGroupRequest, 'LeaveGroup', async (side, version) => {
    const member = new Member(side, side.name('g'), { join: 5 })
    await member.admit()
    await member.sync('sync')
    const ask = (step: string, groupId: string, ...ids: readonly string[]) =>
      side.ask(step, leaveGroupRequest, version, {
        groupId,
        memberId: ids[0] ?? '',
        members: ids.map((memberId) => ({ memberId, groupInstanceId: null, reason: 'because' })),
      })
    await ask('unknown member', member.group, 'nobody')
    await ask('no member', member.group, '')
    await ask('no members', member.group)
    await ask('unknown group', side.name('unknown'), member.id)
    await ask('no group', '', member.id)
    await ask('it and others', member.group, member.id, 'nobody', member.id)
    await ask('again', member.group, member.id)
    await member.describe('empty')
  }),
  everyVersion(describeGroupsRequest, 'DescribeGroups', async (side, version) => {
    const member = new Member(side, side.name('g'), { join: 5 })
    await member.admit()
    const ask = (step: string, groups: readonly string[], includeAuthorizedOperations = false) =>
      side.ask(step, describeGroupsRequest, version, { groups, includeAuthorizedOperations })
    await ask('completing', [member.group])
    await member.sync('sync')
    await ask('stable', [member.group])
    await ask('with operations', [member.group], true)
    await ask('unknown', [side.name('unknown')])
    await ask('unknown with operations', [side.name('unknown')], true)
    await ask('several', [member.group, side.name('unknown')])
    await ask('twice', [member.group, member.group])
    await ask('invalid', oddGroups)
    await ask('nothing', [])
    await member.leave('leave')
    await ask('empty', [member.group])
  }),
  everyVersion(listGroupsRequest, 'ListGroups', async (side, version) => {
    const [stable, empty, connect] = ['stable', 'empty', 'connect'].map(
      (name) => new Member(side, side.name(name), { join: 5 }),
    )
    for (const member of [stable!, empty!]) {
      await member.admit()
      await member.sync('sync')
    }
    await empty!.leave('leave')
    await connect!.admit([['p', 'm']], 'connect')
    const ask = (step: string, statesFilter: readonly string[] = [], typesFilter: readonly string[] = []) =>
      side.ask(step, listGroupsRequest, version, { statesFilter, typesFilter }, { only: 'own' })
    await ask('all')
    if (version >= 4) {
      await ask('stable', ['Stable'])
      await ask('in another case', ['sTABLE'])
      await ask('empty', ['Empty'])
      await ask('empty and completing', ['Empty', 'CompletingRebalance'])
      await ask('an unknown state', ['Odd'])
      await ask('no state', [''])
    }
    if (version >= 5) {
      await ask('classic', [], ['classic'])
      await ask('Classic', [], ['Classic'])
      await ask('consumer', [], ['consumer'])
      await ask('share', [], ['share'])
      await ask('an unknown type', [], ['odd'])
      await ask('both', ['Stable'], ['classic'])
      await ask('both, nothing left', ['Stable'], ['consumer'])
    }
  }),
  everyVersion(deleteGroupsRequest, 'DeleteGroups', async (side, version) => {
    const [stable, empty] = ['stable', 'empty'].map((name) => new Member(side, side.name(name), { join: 5 }))
    for (const member of [stable!, empty!]) {
      await member.admit()
      await member.sync('sync')
    }
    await empty!.leave('leave')
    const ask = (step: string, groupsNames: readonly string[]) =>
      side.ask(step, deleteGroupsRequest, version, { groupsNames })
    await ask('unknown', [side.name('unknown')])
    await ask('stable and empty', [stable!.group, empty!.group, side.name('unknown')])
    await ask('again', [empty!.group])
    await ask('twice', [side.name('unknown'), side.name('unknown')])
    await ask('nothing', [])
    await empty!.describe('deleted')
  }),
  // One case, since all have the group without a name in common.
  once('The group without a name', async (side) => {
    const { name } = await side.topic('a')
    const describe = (step: string) => side.ask(step, describeGroupsRequest, 6, { groups: [''] })
    const remove = (step: string) => side.ask(step, deleteGroupsRequest, 2, { groupsNames: [''] })
    await describe('not there')
    await remove('deleted when not there')
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: '' }]
    for (const version of [2, 5, 8])
      await side.ask(`commit v${version}`, offsetCommitRequest, version, {
        groupId: '',
        topics: [{ name, partitions }],
      })
    await side.ask('fetched', offsetFetchRequest, 8, { groups: [{ groupId: '', topics: null }] })
    await describe('there')
    await side.ask(
      'listed',
      listGroupsRequest,
      5,
      { typesFilter: ['classic'], statesFilter: ['Empty'] },
      { only: 'own' },
    )
    await remove('deleted')
    await describe('deleted')
  }),
  once('JoinGroup: a member that is silent for its session', async (side) => {
    const group = side.name('g')
    const a = new Member(side, group, { join: 5, sessionTimeoutMs: 1_000 })
    await a.admit()
    await a.sync('sync')
    await new Promise((resolve) => setTimeout(resolve, 1_800))
    await a.beat('heartbeat')
    await a.describe('empty')
    const b = new Member(side, group, { join: 5, sessionTimeoutMs: 1_000 }, 'b')
    await b.admit()
    await b.describe('the next generation')
  }),
]
