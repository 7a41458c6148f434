import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alterConfigsRequest, alterConfigsResponse, ErrorCode } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

test('in every version the settings of a topic are replaced as a whole', async () => {
  const broker = await AdminBroker.start()
  await broker.createTopics('x')
  const { cluster } = broker.services
  const alter = async (version: number, configs: { name: string; value: string | null }[], validateOnly = false) => {
    const resources = [{ resourceType: 2, resourceName: 'x', configs }]
    const request = { resources, validateOnly }
    return (await broker.ask(alterConfigsRequest, alterConfigsResponse, version, request)).responses[0]!
  }
  for (let version = 0; version <= 2; version++) {
    await cluster.alterConfigs({ type: 'topic', name: 'x' }, new Map([['segment.ms', '1000']]))
    assert.equal((await alter(version, [{ name: 'retention.ms', value: '1' }], true)).errorCode, ErrorCode.NONE)
    assert.deepEqual(
      Object.keys(Object.fromEntries(cluster.configsOf({ type: 'topic', name: 'x' }))).includes('segment.ms'),
      true,
    )
    assert.equal((await alter(version, [{ name: 'retention.ms', value: '2' }])).errorCode, ErrorCode.NONE)
    assert.deepEqual([...cluster.configsOf({ type: 'topic', name: 'x' })], [['retention.ms', '2']])
  }
  assert.equal((await alter(2, [{ name: 'retention.ms', value: null }])).errorCode, ErrorCode.INVALID_REQUEST)
  assert.equal((await alter(2, [{ name: 'retention.ms', value: 'x' }])).errorCode, ErrorCode.INVALID_CONFIG)
  await broker.close()
})
