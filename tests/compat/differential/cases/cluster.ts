import {
  apiVersionsRequest,
  describeClusterRequest,
  describeLogDirsRequest,
  describeProducersRequest,
  initProducerIdRequest,
  metadataRequest,
  produceRequest,
  requestFrame,
  Writer,
} from '@ottla/protocol'
import { type Case, everyVersion, once } from '../case.ts'
import { firstOwnProducerId } from '../normal-form.ts'
import { batchOf } from './batches.ts'
import { fill } from './filled-topic.ts'

export const clusterCases: readonly Case[] = [
  everyVersion(apiVersionsRequest, 'ApiVersions', async (side, version) => {
    const ask = (step: string, clientSoftwareName: string, clientSoftwareVersion: string) =>
      side.ask(step, apiVersionsRequest, version, { clientSoftwareName, clientSoftwareVersion }, { on: step })
    await ask('a good name', 'differential', '1.0')
    await ask('no name', '', '')
    await ask('no version', 'differential', '')
    await ask('a name with a space', 'a b', '1')
    await ask('a version with a space', 'a', '1 2')
    await ask('a name that begins with a dash', '-a', '1')
    await ask('a name that ends with a dot', 'a.', '1.')
    await ask('dots and dashes within', 'a-b.c', '1.0-rc.1')
    await ask('other letters', 'ä', '1')
  }),
  everyVersion(describeClusterRequest, 'DescribeCluster', async (side, version) => {
    const ask = (step: string, more = {}) => side.ask(step, describeClusterRequest, version, more)
    await ask('plain')
    await ask('with operations', { includeClusterAuthorizedOperations: true })
    if (version >= 1) {
      await ask('controllers', { endpointType: 2 })
      await ask('endpoints of type 0', { endpointType: 0 })
      await ask('endpoints of type 9', { endpointType: 9 })
    }
    if (version >= 2) await ask('with fenced brokers', { includeFencedBrokers: true })
  }),
  everyVersion(describeLogDirsRequest, 'DescribeLogDirs', async (side, version) => {
    const topic = await side.topic('a', 2)
    const ask = (step: string, topics: { topic: string; partitions: number[] }[] | null) =>
      side.ask(step, describeLogDirsRequest, version, { topics }, { only: 'own' })
    await ask('two', [{ topic: topic.name, partitions: [0, 1] }])
    await ask('one of them', [{ topic: topic.name, partitions: [1] }])
    await ask('no partitions', [{ topic: topic.name, partitions: [] }])
    await ask('missing', [
      { topic: side.name('missing'), partitions: [0] },
      { topic: topic.name, partitions: [9, -1] },
    ])
    await ask('twice', [
      { topic: topic.name, partitions: [0, 0] },
      { topic: topic.name, partitions: [0] },
    ])
    await ask('nothing', [])
    await ask('everything', null)
    const filled = await fill(side, 'b')
    await ask('with records', [{ topic: filled.name, partitions: [0, 1] }])
  }),
  everyVersion(describeProducersRequest, 'DescribeProducers', async (side, version) => {
    const topic = await side.topic('a', 2)
    const ask = (step: string, name: string, partitionIndexes: readonly number[]) =>
      side.ask(step, describeProducersRequest, version, { topics: [{ name, partitionIndexes }] })
    await ask('none', topic.name, [0])
    for (const [at, count] of [2, 1].entries()) {
      const producer = { producerId: firstOwnProducerId, producerEpoch: 1, baseSequence: at * 2 }
      const records = batchOf(side.recordMs, Array<string>(count).fill('x'), producer)
      await side.tell(produceRequest, 9, {
        acks: -1,
        timeoutMs: 5_000,
        topicData: [{ name: topic.name, partitionData: [{ index: 0, records }] }],
      })
    }
    await ask('one', topic.name, [0, 1])
    await ask('wrong partitions', topic.name, [9, -1])
    await ask('missing', side.name('missing'), [0])
    await ask('invalid', 'a b', [0])
    await ask('no partitions', topic.name, [])
    await ask('twice', topic.name, [0, 0])
    await side.ask('nothing', describeProducersRequest, version, { topics: [] })
  }),
  everyVersion(initProducerIdRequest, 'InitProducerId', async (side, version) => {
    const ask = (step: string, more: Record<string, unknown> = {}) =>
      side.ask(step, initProducerIdRequest, version, {
        transactionalId: null,
        transactionTimeoutMs: 60_000,
        producerId: -1,
        producerEpoch: -1,
        ...more,
      } as never)
    const { producerId } = await ask('an id')
    await ask('another one')
    await ask('no timeout', { transactionTimeoutMs: 0 })
    await ask('negative timeout', { transactionTimeoutMs: -1 })
    await ask('a transaction without a name', { transactionalId: '' })
    if (version < 3) return
    await ask('to go on with it', { producerId, producerEpoch: 0 })
    await ask('an id, no epoch', { producerId })
    await ask('an epoch, no id', { producerEpoch: 0 })
    await ask('an unknown id', { producerId: firstOwnProducerId, producerEpoch: 3 })
    await ask('a negative id', { producerId: -5, producerEpoch: 3 })
  }),
  once('Frames: what is no request', async (side) => {
    const frame = (...parts: Buffer[]) => {
      const body = Buffer.concat(parts)
      const size = Buffer.alloc(4)
      size.writeInt32BE(body.length)
      return Buffer.concat([size, body])
    }
    const header = (key: number, version: number, clientId: Buffer = int16(-1)) =>
      Buffer.concat([int16(key), int16(version), Buffer.from([0, 0, 0, 5]), clientId])
    const send = (step: string, bytes: Buffer, waitMs = 5_000) => side.send(step, bytes, { on: step, waitMs })
    await send('unknown API', frame(header(999, 0)))
    await send('negative API', frame(header(-1, 0)))
    await send('an API of controllers', frame(header(52, 0)))
    await send('Metadata 99', frame(header(3, 99)))
    await send('Metadata -1', frame(header(3, -1)))
    await send('Produce 0', frame(header(0, 0)))
    await send('Fetch 3', frame(header(1, 3)))
    await send('JoinGroup 100', frame(header(11, 100)))
    await send('empty frame', frame())
    await send('three bytes', frame(Buffer.from([0, 3, 0])))
    await send('a size of 0', Buffer.alloc(4))
    await send('a negative size', int32(-1))
    await send('a size beyond the limit', int32(104_857_601))
    await send('the largest size', int32(0x7fffffff))
    await send('HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))
    await send('TLS', Buffer.from('16030100a5010000a10303', 'hex'))
    await send('Metadata without its body', frame(header(3, 1)))
    await send('Metadata with an array too long', frame(header(3, 1), int32(1_000_000)))
    await send('Metadata with a negative array', frame(header(3, 1), int32(-5)))
    await send('Metadata with a string too long', frame(header(3, 1), int32(1), int16(100)))
    await send('Metadata with a client id too long', frame(header(3, 1, int16(500))))
    await send('Metadata with a negative client id', frame(header(3, 1, int16(-2)), int32(0)))
    await send('FindCoordinator with a null key', frame(header(10, 0), int16(-1)))
    await send(
      'JoinGroup with null protocols',
      frame(header(11, 0), Buffer.from('0001670000271000000002636fffffffff', 'hex')),
    )
    await send('OffsetFetch 1 with null topics', frame(header(9, 1), Buffer.from('000167ffffffff', 'hex')))
    await send(
      'a tag that nobody knows',
      frame(header(18, 3), Buffer.from('01050161', 'hex'), Buffer.from('02610261', 'hex'), Buffer.from([0])),
    )
    await send('zeros', Buffer.alloc(100))
    await send('noise', frame(Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 73 + 41) & 0xff))))
  }),
  once('Frames: ApiVersions in versions that are too new', async (side) => {
    for (const version of [5, 50, 32_767, -1]) {
      const bytes = Buffer.concat([int32(12), int16(18), int16(version), int32(5), int16(-1), Buffer.from([0, 0])])
      const answer = await side.send(`version ${version}`, bytes, { on: `${version}` })
      side.steps.pop()
      side.note(`version ${version}`, typeof answer === 'string' ? answer : answer.subarray(0, 6).toString('hex'))
    }
  }),
  once('Frames: behind a request', async (side) => {
    const body = { topics: [], allowAutoTopicCreation: false }
    const request = (version: number) =>
      Buffer.concat(
        requestFrame(new Writer(), { request: metadataRequest, version, correlationId: 5, clientId: 'x', body }),
      )
    for (const version of [1, 9]) {
      const bytes = Buffer.concat([request(version), Buffer.from([1, 2, 3])])
      bytes.writeInt32BE(bytes.length - 4)
      await side.send(`three bytes more in v${version}`, bytes, { on: `more ${version}` })
    }
  }),
  once('Client ids', async (side) => {
    for (const clientId of [null, '', 'ä b', 'x'.repeat(1000)])
      await side.ask(`client ${clientId?.slice(0, 5)}`, describeClusterRequest, 0, {}, { clientId })
  }),
]

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
