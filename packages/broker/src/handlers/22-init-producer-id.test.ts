import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorCode, initProducerIdRequest, initProducerIdResponse } from '@ottla/protocol'
import { ProducerIds } from '../producer-ids.ts'
import { TestBroker } from '../testing/test-broker.ts'

test('each idempotent producer gets an id of its own, and a transactional one is refused', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const client = await broker.connect()
  const ask = (version: number, body: { transactionalId: string | null; producerId?: number }) =>
    client.ask(initProducerIdRequest, initProducerIdResponse, version, {
      transactionTimeoutMs: 1000,
      producerEpoch: -1,
      ...body,
    })
  for (let version = 0; version <= 5; version++) {
    const { errorCode, producerId, producerEpoch } = await ask(version, { transactionalId: null })
    assert.deepEqual([errorCode, producerId, producerEpoch], [ErrorCode.NONE, version, 0])
    assert.equal((await ask(version, { transactionalId: 'x' })).errorCode, ErrorCode.UNSUPPORTED_VERSION)
  }
  assert.equal((await ask(3, { transactionalId: null, producerId: 5 })).errorCode, ErrorCode.INVALID_REQUEST)
})

test('ids come in blocks, each asked for once, and an error is not the end', async () => {
  const asked: number[] = []
  let fail = true
  const ids = new ProducerIds({
    async allocateProducerIds(count) {
      if (fail) throw new Error('no')
      asked.push(count)
      return (asked.length - 1) * count
    },
  })
  await assert.rejects(ids.next())
  fail = false
  const given = await Promise.all(Array.from({ length: 2500 }, () => ids.next()))
  assert.equal(new Set(given).size, 2500)
  assert.equal(asked.length, 3)
})
