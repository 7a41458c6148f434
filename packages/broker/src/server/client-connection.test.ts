import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  apiVersionsRequest,
  apiVersionsResponse,
  ErrorCode,
  fetchRequest,
  fetchResponse,
  metadataRequest,
  metadataResponse,
  produceRequest,
  produceResponse,
} from '@ottla/protocol'
import { handler } from '../handler.ts'
import { batchOf, fetchFrom, produceTo } from '../testing/records.ts'
import { TestBroker } from '../testing/test-broker.ts'

const frame = (...bytes: number[]) => Buffer.from([0, 0, 0, bytes.length, ...bytes])

test('ApiVersions lists exactly the handlers, at every version', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const client = await broker.connect()
  const software = { clientSoftwareName: 'a', clientSoftwareVersion: '1' }
  for (const version of [0, 1, 2, 3, 4]) {
    const answer = await client.ask(apiVersionsRequest, apiVersionsResponse, version, software)
    assert.equal(answer.errorCode, ErrorCode.NONE)
    const keys = answer.apiKeys.map((api) => api.apiKey)
    assert.ok(keys.includes(0) && keys.includes(18))
    assert.deepEqual(
      keys,
      [...keys].sort((a, b) => a - b),
    )
  }
})

test('a newer ApiVersions is answered in v0 with the list, and the connection stays', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const client = await broker.connect()
  client.sendBytes(frame(0, 18, 0, 99, 0, 0, 0, 7, 0, 0, 1, 2, 3))
  const { correlationId, body } = await client.answer(apiVersionsResponse, 0)
  assert.equal(correlationId, 7)
  assert.equal(body.errorCode, ErrorCode.UNSUPPORTED_VERSION)
  assert.ok(body.apiKeys.length > 0)
  assert.equal((await client.ask(apiVersionsRequest, apiVersionsResponse, 0, {})).errorCode, ErrorCode.NONE)
})

test('ApiVersions v3 refuses client software without a proper name', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const client = await broker.connect()
  const software = { clientSoftwareName: '-no', clientSoftwareVersion: '1' }
  const answer = await client.ask(apiVersionsRequest, apiVersionsResponse, 3, software)
  assert.equal(answer.errorCode, ErrorCode.INVALID_REQUEST)
})

const closing: readonly [what: string, bytes: Buffer, logged: RegExp][] = [
  ['an unsupported version', frame(0, 0, 0, 99, 0, 0, 0, 7, 0, 0), /API 0 in unsupported version 99/],
  ['an unknown API', frame(3, 0, 0, 0, 0, 0, 0, 7, 0, 0), /API 768/],
  ['SASL', frame(0, 17, 0, 1, 0, 0, 0, 7, 0, 0), /SASL/],
  ['a truncated request', frame(0, 1, 0, 12, 0, 0, 0, 7, 0, 0), /malformed/],
  ['an empty frame', Buffer.alloc(4), /malformed/],
  ['a frame over the limit', Buffer.from([0x7f, 0xff, 0xff, 0xff]), /socket\.request\.max\.bytes/],
  ['a negative frame size', Buffer.from([0xff, 0xff, 0xff, 0xff]), /negative/],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /HTTP/],
  ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), /TLS/],
]
for (const [what, bytes, logged] of closing)
  test(`${what} closes that connection with one log line, and no other`, async (t) => {
    const broker = await TestBroker.start()
    t.after(() => broker.close())
    const [client, other] = [await broker.connect(), await broker.connect()]
    client.sendBytes(bytes)
    await client.whenClosed
    assert.deepEqual(
      broker.logged.filter(({ level }) => level === 'warn').map(({ message }) => logged.test(message)),
      [true],
    )
    await other.ask(apiVersionsRequest, apiVersionsResponse, 0, {})
  })

test('requests are cut right wherever the chunks begin and end', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const client = await broker.connect()
  const request = frame(0, 18, 0, 0, 0, 0, 0, 9, 0, 1, 65)
  const several = Buffer.concat(Array(20).fill(request))
  for (let at = 0; at < several.length; at += 7) {
    client.sendBytes(several.subarray(at, at + 7))
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (let i = 0; i < 20; i++) assert.equal((await client.answer(apiVersionsResponse, 0)).correlationId, 9)
})

test('produces overlap while they wait for the disk, and other requests wait for them; answers keep their order', async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  const [slow, fast] = broker.addTopic('t', 2)
  const client = await broker.connect()
  slow!.hold()
  client.send(produceRequest, 9, produceTo('t', 0, batchOf('a')))
  client.send(produceRequest, 9, produceTo('t', 1, batchOf('b')))
  client.send(fetchRequest, 12, fetchFrom('t', 1, 0))
  await broker.until(() => fast!.highWatermark === 1)
  slow!.release()
  assert.equal((await client.answer(produceResponse, 9)).correlationId, 1)
  assert.equal((await client.answer(produceResponse, 9)).correlationId, 2)
  const { correlationId, body } = await client.answer(fetchResponse, 12)
  assert.equal(correlationId, 3)
  assert.equal(body.responses[0]?.partitions[0]?.records?.length, batchOf('b').length)
})

test('a client with many requests at once leaves the others their turn', async (t) => {
  const order: number[] = []
  const noted = handler(metadataRequest, metadataResponse, async (_, { connection }) => {
    order.push(connection.id)
    return {}
  })
  const broker = await TestBroker.start({}, [noted])
  t.after(() => broker.close())
  const [greedy, modest] = [await broker.connect(), await broker.connect()]
  await greedy.ask(metadataRequest, metadataResponse, 9, {})
  await modest.ask(metadataRequest, metadataResponse, 9, {})
  const [greedyId, modestId] = order.splice(0)
  for (let i = 0; i < 50; i++) greedy.send(metadataRequest, 9, {})
  modest.send(metadataRequest, 9, {})
  for (let i = 0; i < 50; i++) assert.equal((await greedy.answer(metadataResponse, 9)).correlationId, i + 2)
  await modest.answer(metadataResponse, 9)
  assert.equal(order.filter((id) => id === greedyId).length, 50)
  assert.ok(order.indexOf(modestId!) < 5, `it came at place ${order.indexOf(modestId!)}`)
})

test('connections over max.connections and max.connections.per.ip are refused with a log line', async (t) => {
  for (const [setting, logged] of [
    [{ maxConnections: 1 }, /max\.connections=1/],
    [{ maxConnectionsPerIp: 1 }, /max\.connections\.per\.ip=1/],
  ] as const) {
    const broker = await TestBroker.start(setting)
    t.after(() => broker.close())
    const client = await broker.connect()
    await client.ask(apiVersionsRequest, apiVersionsResponse, 0, {})
    await (await broker.connect()).whenClosed
    assert.match(broker.logged[0]!.message, logged)
    client.close()
    await client.whenClosed
    const next = await broker.connect()
    await next.ask(apiVersionsRequest, apiVersionsResponse, 0, {})
  }
})

test('an idle connection is closed, one that waits for an answer is not', async (t) => {
  const broker = await TestBroker.start({ connectionsMaxIdleMs: 300 })
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const waiting = await broker.connect()
  waiting.send(fetchRequest, 12, fetchFrom('t', 0, 0, { maxWaitMs: 60_000 }))
  await broker.until(() => partition!.listenerCount === 1)
  const idle = await broker.connect()
  await idle.whenClosed
  assert.equal(waiting.closed, false)
})

test('frames that each lack their end do not block one another for ever, and memory stays near the limit', async (t) => {
  const broker = await TestBroker.start({ queuedMaxRequestBytes: 300_000 })
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  const clients = await Promise.all([1, 2, 3, 4].map(() => broker.connect()))
  const big = batchOf('x'.repeat(200_000))
  for (const client of clients) client.send(produceRequest, 9, produceTo('t', 0, Buffer.from(big)))
  for (const client of clients) await client.answer(produceResponse, 9)
  assert.equal(partition!.highWatermark, 4)
})

test('a request that is left unfinished while others wait for memory is closed in the end', async (t) => {
  const broker = await TestBroker.start({ queuedMaxRequestBytes: 100_000, stuckConnectionMs: 500 })
  t.after(() => broker.close())
  broker.addTopic('t')
  const [hostile, honest] = [await broker.connect(), await broker.connect()]
  hostile.sendBytes(Buffer.concat([Buffer.from([0, 0x10, 0, 0]), Buffer.alloc(150_000)]))
  const answered = honest.ask(produceRequest, produceResponse, 9, produceTo('t', 0, batchOf('y'.repeat(150_000))))
  await hostile.whenClosed
  assert.equal((await answered).responses[0]?.partitionResponses[0]?.errorCode, ErrorCode.NONE)
})

test('a client that reads nothing of its answer is closed, and others are served meanwhile', async (t) => {
  const broker = await TestBroker.start({ stuckConnectionMs: 1000, maxQueuedResponseBytes: 16 * 2 ** 20 })
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t')
  for (let i = 0; i < 40; i++) await partition!.append(batchOf('z'.repeat(500_000)))
  const [stuck, reader] = [await broker.connect(), await broker.connect()]
  stuck.connection.pause()
  const all = { ...fetchFrom('t', 0, 0, { maxBytes: 2 ** 30 }) }
  all.topics[0]!.partitions[0]!.partitionMaxBytes = 2 ** 30
  for (let i = 0; i < 5; i++) stuck.send(fetchRequest, 12, all)
  const answer = await reader.ask(fetchRequest, fetchResponse, 12, all)
  assert.ok(answer.responses[0]!.partitions[0]!.records!.length > 0)
  stuck.connection.pause()
  await broker.until(() => broker.logged.some(({ message }) => /has not read anything/.test(message)))
})

test('closing the broker ends waiting fetches and leaves nothing behind', async () => {
  const broker = await TestBroker.start()
  const [partition] = broker.addTopic('t')
  const client = await broker.connect()
  client.send(fetchRequest, 12, fetchFrom('t', 0, 0, { maxWaitMs: 60_000 }))
  await broker.until(() => partition!.listenerCount > 0)
  await broker.close()
  assert.equal(partition!.listenerCount, 0)
})

test('closing the broker does not wait for a client that reads nothing', async () => {
  const broker = await TestBroker.start({ shutdownGraceMs: 20 })
  const [partition] = broker.addTopic('t')
  for (let i = 0; i < 40; i++) await partition!.append(batchOf('z'.repeat(500_000)))
  const stuck = await broker.connect()
  stuck.connection.pause()
  const all = { ...fetchFrom('t', 0, 0, { maxBytes: 2 ** 30 }) }
  all.topics[0]!.partitions[0]!.partitionMaxBytes = 2 ** 30
  stuck.send(fetchRequest, 12, all)
  await broker.until(() => partition!.reads > 0)
  await broker.stop()
  stuck.close()
})
