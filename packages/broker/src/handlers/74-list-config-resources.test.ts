import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, listConfigResourcesRequest, listConfigResourcesResponse } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

test('what has settings is listed by type', async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('x')
  await broker.services.cluster.alterConfigs(
    { type: 'group', name: 'g' },
    new Map([['share.isolation.level', 'read_committed']]),
  )
  const list = (version: number, resourceTypes: number[]) =>
    broker.ask(listConfigResourcesRequest, listConfigResourcesResponse, version, version > 0 ? { resourceTypes } : {})
  const pairs = async (...types: number[]) =>
    (await list(1, types)).configResources.map(({ resourceName, resourceType }) => [resourceType, resourceName])
  assert.deepEqual(await pairs(2), [
    [2, '__consumer_offsets'],
    [2, 'x'],
  ])
  assert.deepEqual(await pairs(32, 4), [
    [32, 'g'],
    [4, '1'],
  ])
  assert.deepEqual(await pairs(16), [])
  assert.equal((await pairs()).length, 5)
  assert.equal((await list(1, [3])).errorCode, ErrorCode.UNSUPPORTED_VERSION)
  assert.deepEqual((await list(0, [])).configResources, [])
  await broker.close()
})
