import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DirectoryLockedError } from '@ottla/runtime'
import { startBroker } from './start-broker.ts'
import { SmallClient } from './testing/small-client.ts'

async function withDirectory(run: (directory: string) => Promise<void>) {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-test-'))
  try {
    await run(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function withClient<T>(
  broker: { address: { host: string; port: number } },
  use: (client: SmallClient) => Promise<T>,
) {
  const client = await SmallClient.connect(broker.address)
  try {
    return await use(client)
  } finally {
    client.close()
  }
}

test('a broker in memory takes records and gives them back', async () => {
  await using broker = await startBroker()
  assert.equal(broker.bootstrapServers, `127.0.0.1:${broker.address.port}`)
  await withClient(broker, async (client) => {
    assert.equal(await client.produce('flights', ['a', 'b']), 0)
    assert.equal(await client.produce('flights', ['c']), 2)
    assert.deepEqual(await client.consume('flights'), ['a', 'b', 'c'])
  })
})

test('several brokers run side by side and know nothing of each other', async () => {
  await using first = await startBroker()
  await using second = await startBroker()
  assert.notEqual(first.address.port, second.address.port)
  assert.notEqual(first.clusterId, second.clusterId)
  await withClient(first, (client) => client.produce('mine', ['x']))
  assert.deepEqual(await withClient(second, (client) => client.topicNames()), [])
})

test('a broker with a directory finds its topics and records again', () =>
  withDirectory(async (directory) => {
    let clusterId = ''
    for (const value of ['a', 'b', 'c']) {
      await using broker = await startBroker({ directory })
      clusterId ||= broker.clusterId
      assert.equal(broker.clusterId, clusterId)
      await withClient(broker, (client) => client.produce('kept', [value]))
    }
    await using broker = await startBroker({ directory })
    assert.deepEqual(await withClient(broker, (client) => client.consume('kept')), ['a', 'b', 'c'])
  }))

test('a deleted topic leaves nothing to one of the same name', () =>
  withDirectory(async (directory) => {
    await using broker = await startBroker({ directory })
    await withClient(broker, async (client) => {
      await client.produce('x', ['old'])
      assert.equal(await client.deleteTopic('x'), 0)
      await client.produce('x', ['new'])
      assert.deepEqual(await client.consume('x'), ['new'])
    })
  }))

test('two brokers can not share a directory', () =>
  withDirectory(async (directory) => {
    await using first = await startBroker({ directory })
    await assert.rejects(startBroker({ directory }), DirectoryLockedError)
    await withClient(first, (client) => client.produce('still', ['works']))
  }))

test('a port that is in use is told, and the directory is free again', () =>
  withDirectory(async (directory) => {
    await using first = await startBroker()
    await assert.rejects(startBroker({ directory, port: first.address.port }), { code: 'EADDRINUSE' })
    await using second = await startBroker({ directory })
    assert.ok(second.address.port > 0)
  }))

test('settings have the names of Kafka, and a bad one is refused', async () => {
  await using broker = await startBroker({ settings: { 'num.partitions': 3, 'auto.create.topics.enable': false } })
  await withClient(broker, async (client) => {
    await assert.rejects(client.produce('x', ['y']), /error 3/)
  })
  await assert.rejects(
    startBroker({ settings: { 'num.partitons': 3 } }),
    /num\.partitons; did you mean num\.partitions/,
  )
  await assert.rejects(startBroker({ settings: { 'num.partitions': 'many' } }), /num\.partitions/)
})

test('an option that is not there is refused', async () => {
  await assert.rejects(startBroker({ dirctory: '/x' } as never), /no option dirctory; did you mean directory\?/)
  await assert.rejects(startBroker({ zzzzzzzz: 1 } as never), /there are port, host/)
})

test('changed settings are in force at once, of a topic and of the broker', async () => {
  await using broker = await startBroker()
  await withClient(broker, async (client) => {
    const large = 'x'.repeat(3000)
    await client.produce('x', [large])
    assert.equal(await client.alterConfig(2, 'x', 'max.message.bytes', '2000'), 0)
    await assert.rejects(client.produce('x', [large]), /error 10/)
    assert.equal(await client.alterConfig(2, 'x', 'max.message.bytes', '5000'), 0)
    await client.produce('x', [large])

    await client.produce('y', [large])
    assert.equal(await client.alterConfig(4, '', 'message.max.bytes', '2000'), 0)
    await assert.rejects(client.produce('y', [large]), /error 10/)
    await client.produce('x', [large])
  })
})

test('a process that closes its broker ends by itself', async () => {
  const index = new URL('index.ts', import.meta.url).href
  const script = `import { startBroker } from '${index}'; const broker = await startBroker(); await broker.close()`
  const child = spawn(
    process.execPath,
    ['--conditions=@ottla/source', '--import', 'tsx', '--input-type=module', '-e', script],
    {
      stdio: 'inherit',
    },
  )
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('clients are told the advertised address', async () => {
  await using broker = await startBroker({ advertise: { host: 'kafka.example', port: 1234 } })
  const [told] = await withClient(broker, (client) => client.brokers())
  assert.deepEqual([told!.host, told!.port], ['kafka.example', 1234])
})

test('an address that no client can connect to is not advertised', async () => {
  const refused = (options: Parameters<typeof startBroker>[0], why: RegExp) => assert.rejects(startBroker(options), why)
  await refused({ advertise: { host: 'kafka.example', port: 0 } }, /kafka\.example:0 can not be: port 0/)
  await refused({ advertise: { host: '0.0.0.0', port: 9092 } }, /0\.0\.0\.0 is every address/)
  await refused({ settings: { 'advertised.listeners': 'PLAINTEXT://[::]:9092' } }, /:: is every address/)
})

test('closing ends the connections, and closing again is no error', async () => {
  const broker = await startBroker()
  const client = await SmallClient.connect(broker.address)
  await broker.close()
  await client.whenClosed
  await broker.close()
  await assert.rejects(SmallClient.connect(broker.address), { code: 'ECONNREFUSED' })
})

test('the log hook hears what the broker says', async () => {
  const lines: string[] = []
  await using broker = await startBroker({
    settings: { 'num.io.threads': 3 },
    log: (level, message) => lines.push(`${level} ${message}`),
  })
  assert.ok(broker.address.port > 0)
  assert.deepEqual(lines, ['warn settings without effect here: num.io.threads'])
})
