import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, type JoinGroupRequest, KafkaError } from '@ottla/protocol'
import type { GroupClient } from './group/join.ts'
import { GroupService } from './group-service.ts'
import { defaultGroupSettings, type GroupSettings } from './settings.ts'
import { MemoryLog } from './testing/memory-log.ts'
import { Random } from './testing/random.ts'
import { committed } from './testing/test-group.ts'
import { VirtualTime } from './testing/virtual-time.ts'

const client = (connectionId: number): GroupClient => ({
  apiVersion: 3,
  clientId: 'client',
  clientHost: '/127.0.0.1',
  connectionId,
})

const joinOf = (groupId: string, memberId = ''): JoinGroupRequest => ({
  groupId,
  memberId,
  groupInstanceId: null,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  reason: null,
})

async function started(settings: Partial<GroupSettings> = {}, log = new MemoryLog(4)) {
  const time = new VirtualTime(new Random(1))
  const service = new GroupService({
    runtime: time,
    log,
    settings: { ...defaultGroupSettings, initialRebalanceDelayMs: 0, ...settings },
  })
  await service.start()
  const commit = (groupId: string, retentionTimeMs = -1) =>
    service.commitOffsets({
      apiVersion: 8,
      groupId,
      generationId: -1,
      memberId: '',
      groupInstanceId: null,
      retentionTimeMs,
      offsets: [committed('t', 0, 5)],
    })
  return { service, time, log, commit }
}

const idsOf = async (service: GroupService) => (await service.listGroups()).map(({ groupId }) => groupId).sort()

test('the topic is created when somebody wants a coordinator, and not before', async () => {
  const { service, log, commit } = await started()
  assert.deepEqual(await idsOf(service), [])
  assert.equal(log.partitionCount(), undefined)
  assert.equal(await service.ready(), ErrorCode.NONE)
  assert.equal(log.partitionCount(), 4)
  assert.deepEqual(await commit('a'), [ErrorCode.NONE])
})

test('groups of all partitions are there after a restart', async () => {
  const { service, log, commit } = await started()
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  for (const id of ids) await commit(id)
  await service.close()
  const again = await started({}, log)
  assert.deepEqual(await idsOf(again.service), ids)
})

test('requests without a group id and session timeouts out of bounds are refused', async () => {
  const { service } = await started()
  const code = async (request: JoinGroupRequest) => (await service.joinGroup(request, client(1))).errorCode
  assert.equal(await code(joinOf('')), ErrorCode.INVALID_GROUP_ID)
  assert.equal(await code({ ...joinOf('g'), sessionTimeoutMs: 5_999 }), ErrorCode.INVALID_SESSION_TIMEOUT)
  assert.equal(await code({ ...joinOf('g'), sessionTimeoutMs: 1_800_001 }), ErrorCode.INVALID_SESSION_TIMEOUT)
  const memberOf = { groupId: '', memberId: 'm', generationId: 1, groupInstanceId: null }
  assert.equal(await service.heartbeat(memberOf, client(1)), ErrorCode.INVALID_GROUP_ID)
  assert.equal((await service.leaveGroup('', [])).errorCode, ErrorCode.INVALID_GROUP_ID)
})

test('with leave on disconnect a member leaves with its connection, else by its session timeout', async () => {
  for (const leaveOnDisconnect of [true, false]) {
    const { service, time } = await started({ leaveOnDisconnect })
    await service.joinGroup(joinOf('g'), client(7))
    await service.connectionClosed(7)
    const { groupState } = (await service.describeGroup('g'))!
    assert.equal(groupState, leaveOnDisconnect ? 'Empty' : 'CompletingRebalance')
    await time.advance(10_000)
    assert.equal((await service.describeGroup('g'))!.groupState, 'Empty')
    await service.close()
  }
})

test('closing answers those who wait', async () => {
  const { service } = await started()
  const first = await service.joinGroup(joinOf('g'), client(1))
  const sync = { groupId: 'g', memberId: first.memberId!, generationId: 1, groupInstanceId: null }
  await service.syncGroup({ ...sync, protocolType: null, protocolName: null, assignments: [] }, client(1))
  const waiting = service.joinGroup(joinOf('g'), client(2))
  await service.close()
  assert.equal((await waiting).errorCode, ErrorCode.COORDINATOR_NOT_AVAILABLE)
  assert.equal((await service.joinGroup(joinOf('g'), client(2))).errorCode, ErrorCode.COORDINATOR_NOT_AVAILABLE)
})

test('when the disk refuses, members are sent to find their coordinator again, and then all goes on', async () => {
  let failing = false
  const faults = { delay: async () => {}, failure: () => (failing ? ('before' as const) : undefined) }
  const { service, commit } = await started({}, new MemoryLog(1, faults))
  await commit('g')
  const waiting = await service.joinGroup(joinOf('h'), client(1))
  assert.equal(waiting.errorCode, ErrorCode.NONE)
  failing = true
  assert.deepEqual(await commit('g'), [ErrorCode.NOT_COORDINATOR])
  failing = false
  assert.deepEqual(await commit('g'), [ErrorCode.NONE])
  assert.equal((await service.describeGroup('h'))?.groupState, undefined)
})

test('expired offsets go by themselves', async () => {
  const { service, time, commit } = await started({ offsetsRetentionCheckIntervalMs: 1000 })
  await commit('short', 500)
  await commit('long')
  await time.advance(1001)
  assert.deepEqual(await idsOf(service), ['long'])
})

test('offsets of a deleted topic go in all groups', async () => {
  const { service, commit } = await started()
  for (const id of ['a', 'b', 'c']) await commit(id)
  await service.topicDeleted('t')
  assert.deepEqual(await idsOf(service), [])
})

test('a thousand members that stay away are noticed by one timer each time, not a thousand', async () => {
  const { service, time } = await started()
  let timers = 0
  const timer = time.timer.bind(time)
  time.timer = (ms, fire) => {
    timers++
    return timer(ms, fire)
  }
  await Promise.all(Array.from({ length: 1000 }, (_, i) => service.joinGroup(joinOf(`g${i}`), client(i))))
  assert.ok(timers <= 2, `${timers} timers`)
  await time.advance(10_000)
  const groups = await service.listGroups()
  assert.ok(groups.every(({ groupState }) => groupState === 'Empty'))
})

test('a partition that can not be read is without its coordinator, and the others serve', async () => {
  class Damaged extends MemoryLog {
    damaged = false
    override read(partition: number) {
      if (this.damaged && partition === 1) throw new KafkaError('CORRUPT_MESSAGE', 'damaged')
      return super.read(partition)
    }
  }
  const log = new Damaged(2)
  const before = await started({}, log)
  for (const id of ['a', 'b']) assert.deepEqual(await before.commit(id), [ErrorCode.NONE])
  await before.service.close()
  log.damaged = true
  const after = await started({}, log)
  assert.deepEqual(await idsOf(after.service), ['b'])
  assert.deepEqual(await after.commit('b'), [ErrorCode.NONE])
  assert.deepEqual(await after.commit('a'), [ErrorCode.UNKNOWN_SERVER_ERROR])
  log.damaged = false
  assert.deepEqual(await after.commit('a'), [ErrorCode.NONE])
})
