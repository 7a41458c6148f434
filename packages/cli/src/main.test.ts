import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  decoder,
  metadataRequest,
  metadataResponse,
  Reader,
  readResponseHeader,
  requestFrame,
  Writer,
} from '@ottla/protocol'
import { nodeRuntime } from '@ottla/runtime'
import { failure, newDirectory, Program } from './testing/program.ts'

/** Metadata of a topic, which creates it. Returns its id and the broker's address. */
async function metadataOf(address: { host: string; port: number }, name: string) {
  const connection = await nodeRuntime().network.connect(address)
  let received = Buffer.alloc(0)
  const frame = new Promise<Buffer>((resolve) =>
    connection.onData((chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) resolve(received.subarray(4))
    }),
  )
  const body = { topics: [{ name }], allowAutoTopicCreation: true }
  const request = { request: metadataRequest, version: 12, correlationId: 1, clientId: 'test', body }
  connection.write(requestFrame(new Writer(), request))
  const reader = new Reader(await frame)
  readResponseHeader(reader, metadataResponse, 12)
  const { topics, brokers } = decoder(metadataResponse, 12)(reader)
  connection.destroy()
  return { topicId: topics[0]!.topicId, partitions: topics[0]!.partitions.length, broker: brokers[0]! }
}

test('it says on one line when it serves, and a signal stops it with nothing lost', async () => {
  const data = await newDirectory()
  const first = new Program(['start', '--listen', '127.0.0.1:0', '--data', data])
  const address = await first.ready()
  assert.equal(address.host, '127.0.0.1')
  const { topicId, broker } = await metadataOf(address, 'kept')
  assert.deepEqual([broker.host, broker.port], [address.host, address.port])
  assert.equal(await first.stop('SIGTERM'), 0)
  assert.equal(first.stdout.split('\n').length, 2)
  assert.equal(first.stderr, '')

  const second = new Program(['start', '--listen', '127.0.0.1:0', '--data', data])
  assert.equal((await metadataOf(await second.ready(), 'kept')).topicId, topicId)
  assert.equal(await second.stop('SIGINT'), 0)
})

test('a signal that comes twice at once, as from a terminal and from npm, is one', async () => {
  const program = new Program(['start', '--listen', '127.0.0.1:0', '--data', await newDirectory()])
  await program.ready()
  program.child.kill('SIGINT')
  assert.equal(await program.stop('SIGINT'), 0)
})

test('what was answered is there after the process was killed', async () => {
  const data = await newDirectory()
  const first = new Program(['start', '--listen', '127.0.0.1:0', '--data', data])
  const { topicId } = await metadataOf(await first.ready(), 'kept')
  await first.stop('SIGKILL')
  const second = new Program(['start', '--listen', '127.0.0.1:0', '--data', data])
  assert.equal((await metadataOf(await second.ready(), 'kept')).topicId, topicId)
  assert.equal(await second.stop(), 0)
})

test('IPv6 addresses, settings from a file and from arguments, and an advertised address', async () => {
  const data = await newDirectory()
  const config = join(await newDirectory(), 'server.properties')
  await writeFile(
    config,
    [
      '# as for Kafka',
      'process.roles=broker,controller',
      'node.id=7',
      'listeners=PLAINTEXT://:1,CONTROLLER://:2',
      'controller.listener.names=CONTROLLER',
      'num.partitions=2',
      'log.retention.hours=5',
      `log.dirs=${data}`,
    ].join('\n'),
  )
  const program = new Program([
    'start',
    '--listen',
    '[::1]:0',
    '--config',
    config,
    '--set',
    'num.partitions=5',
    '--advertise',
    '[fe80::1]:77',
  ])
  const address = await program.ready()
  assert.equal(address.host, '::1')
  const { partitions, broker } = await metadataOf(address, 'x')
  assert.equal(partitions, 5)
  assert.deepEqual([broker.nodeId, broker.host, broker.port], [7, 'fe80::1', 77])
  assert.equal(await program.stop(), 0)
  assert.ok((await readdir(data)).length > 0)
})

test('a port that is in use is told in one sentence', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  assert.match(
    await failure(['start', '--listen', `127.0.0.1:${port}`, '--data', await newDirectory()]),
    new RegExp(`127\\.0\\.0\\.1:${port} is in use`),
  )
  server.close()
})

test('a directory that another process uses is told, and left alone', async () => {
  const data = await newDirectory()
  const first = new Program(['start', '--listen', '127.0.0.1:0', '--data', data])
  const address = await first.ready()
  assert.match(await failure(['start', '--listen', '127.0.0.1:0', '--data', data]), /is in use by another Ottla broker/)
  assert.ok((await metadataOf(address, 'still')).topicId)
  assert.equal(await first.stop(), 0)
})

test('a bad setting is told by its name, with what it may be', async () => {
  const data = await newDirectory()
  const start = ['start', '--listen', '127.0.0.1:0', '--data', data]
  assert.match(await failure([...start, '--set', 'num.partitions=none']), /num\.partitions.*\[1,\.\.\.\]/)
  assert.match(await failure([...start, '--set', 'num.partition=2']), /num\.partition; did you mean num\.partitions\?/)
  assert.match(await failure([...start, '--set', 'ssl.keystore.location=/x']), /no TLS/)
  assert.match(await failure([...start, '--config', '/no/such/file']), /\/no\/such\/file: there is no such file/)
  assert.deepEqual(await readdir(data), [])
})

test('arguments that are wrong are told in one sentence', async () => {
  const usage = (...args: string[]) => failure(['start', ...args], { exitCode: 2 })
  assert.match(await usage('--listen', 'nowhere'), /--listen.*nowhere.*HOST:PORT/)
  assert.match(await usage('--data', ''), /--data.*directory/)
  assert.match(await usage('--set', 'x'), /--set.*key=value/)
  assert.match(await usage('--log-level', 'loud'), /--log-level.*loud/)
  const unknown = new Program(['start', '--lisen', '127.0.0.1:0'])
  assert.equal(await unknown.exit(), 2)
  assert.match(unknown.stderr, /unknown option '--lisen'\n\(Did you mean --listen\?\)/)
})

test('a directory that can not be used is told', {
  skip: process.platform === 'win32' && 'modes are those of Unix',
}, async () => {
  const parent = await newDirectory()
  const file = join(parent, 'file')
  await writeFile(file, '')
  assert.match(await failure(['start', '--listen', '127.0.0.1:0', '--data', file]), /data directory/)
  if (process.getuid?.() === 0) return // Whom no mode keeps out.
  await chmod(parent, 0o500)
  assert.match(await failure(['start', '--listen', '127.0.0.1:0', '--data', join(parent, 'new')]), /no permission/)
})

test('help and version are told', async () => {
  const help = new Program(['start', '--help'])
  assert.equal(await help.exit(), 0)
  for (const option of ['--listen', '--data', '--config', '--set', '--advertise', '--log-level']) {
    assert.ok(help.stdout.includes(option), option)
  }
  const version = new Program(['--version'])
  assert.equal(await version.exit(), 0)
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/)
  const nothing = new Program([])
  assert.equal(await nothing.exit(), 2)
  assert.match(nothing.stderr, /Usage: ottla/)
})
