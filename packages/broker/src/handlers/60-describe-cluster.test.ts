import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeClusterRequest, describeClusterResponse, ErrorCode } from '@ottla/protocol'
import { AdminBroker } from '../testing/admin-broker.ts'

test('in every version the broker, the cluster and the controller are told', async () => {
  const broker = await AdminBroker.start()
  for (let version = 0; version <= 2; version++) {
    const response = await broker.ask(describeClusterRequest, describeClusterResponse, version, {
      includeClusterAuthorizedOperations: version > 0,
    })
    assert.equal(response.errorCode, ErrorCode.NONE)
    assert.equal(response.clusterId, broker.services.cluster.image.clusterId)
    assert.equal(response.controllerId, 1)
    assert.deepEqual(
      response.brokers.map(({ brokerId, host, rack, isFenced }) => [brokerId, host, rack, isFenced]),
      [[1, '127.0.0.1', 'north', false]],
    )
    assert.equal(response.clusterAuthorizedOperations, version > 0 ? 8096 : -2147483648)
  }
  const codeFor = async (endpointType: number) =>
    (await broker.ask(describeClusterRequest, describeClusterResponse, 1, { endpointType })).errorCode
  assert.equal(await codeFor(2), ErrorCode.MISMATCHED_ENDPOINT_TYPE)
  assert.equal(await codeFor(9), ErrorCode.UNSUPPORTED_ENDPOINT_TYPE)
  await broker.close()
})
