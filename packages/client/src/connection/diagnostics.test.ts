import { deepEqual, equal, ok } from 'node:assert/strict'
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { ErrorCode, metadataRequest, metadataResponse } from '@ottla/protocol'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { Cluster } from './cluster.ts'
import type { LogLine } from './log-hook.ts'

/** Every message of the channel and of its parts, until the result is called. */
function listen(name: string, heard: (what: string, message: any) => void): () => void {
  const plain = (message: unknown) => heard(name, message)
  const traced = {
    start: (message: unknown) => heard(`${name} begins`, message),
    end() {},
    asyncStart() {},
    asyncEnd: (message: unknown) => heard(`${name} ends`, message),
    error: (message: unknown) => heard(`${name} fails`, message),
  }
  subscribe(`ottla:client:${name}`, plain)
  tracingChannel(`ottla:client:${name}`).subscribe(traced)
  return () => {
    unsubscribe(`ottla:client:${name}`, plain)
    tracingChannel(`ottla:client:${name}`).unsubscribe(traced)
  }
}

/** Plays with one broker; gives what was told on all channels, logged, and counted. */
async function watch(
  play: (scene: { cluster: Cluster; fake: FakeCluster; runtime: SimulatedRuntime }) => Promise<void>,
) {
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime)
  const told: string[] = []
  const messages: any[] = []
  const logged: LogLine[] = []
  const hear = (what: string, message: any) => {
    told.push(what === 'request begins' ? `${what}: ${message.api}` : what)
    messages.push(message)
  }
  const stops = ['connect', 'disconnect', 'request', 'retry', 'throttle'].map((name) => listen(name, hear))
  let counts: Cluster['watch']['counts'] | undefined
  await runtime.run(async () => {
    await fake.start()
    const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime, clientId: 'c', log: (line) => logged.push(line) })
    await play({ cluster, fake, runtime })
    cluster.close()
    counts = cluster.watch.counts
  })
  for (const stop of stops) stop()
  for (const message of messages) equal(message.clientId, 'c')
  return { told, messages, logged: logged.map(({ level, message }) => `${level}: ${message}`), counts: counts! }
}

test('connecting, requests and the end of a connection are told, logged and counted', async () => {
  const { told, logged, counts } = await watch(async ({ cluster }) => {
    await cluster.refresh()
  })
  const request = (api: string) => [`request begins: ${api}`, 'request ends']
  deepEqual(told, ['connect begins', ...request('ApiVersions'), 'connect ends', ...request('Metadata'), 'disconnect'])
  deepEqual(logged, ['debug: connected to a broker', 'debug: a connection was closed'])
  const { bytesSent, bytesReceived, ...others } = counts
  ok(bytesSent > 20 && bytesReceived > 20)
  deepEqual(
    { ...others },
    { open: 0, opened: 1, failed: 0, lost: 0, requests: 2, retries: 0, throttled: 0, throttledMs: 0 },
  )
})

test('a lost connection and what is tried again after it are told with the error', async () => {
  const { told, messages, logged, counts } = await watch(async ({ cluster, fake, runtime }) => {
    await cluster.topic('t', { timeoutMs: 50 }).catch(() => {})
    await fake.brokers[0]!.stop()
    const found = cluster.topic('t')
    await runtime.sleep(1_000)
    await fake.brokers[0]!.start()
    fake.createTopic('t')
    await found
  })
  for (const what of ['disconnect', 'connect fails', 'retry']) ok(told.includes(what), what)
  // The broker is gone without a word, as a machine that lost its power.
  equal(messages[told.indexOf('disconnect')].error.name, 'REQUEST_TIMED_OUT')
  const retries = messages.filter((_, index) => told[index] === 'retry')
  equal(retries.length, counts.retries)
  ok(retries.every(({ what, error }) => what === 'looking for topic t' && error.retriable))
  for (const line of ['info: a connection was lost', 'warn: a broker cannot be connected to', 'info: trying again'])
    ok(logged.includes(line), line)
  equal(counts.lost, 1)
  ok(counts.failed >= 1)
})

test('an answer that was held back is told as throttled', async () => {
  const { messages, told, logged, counts } = await watch(async ({ cluster, fake }) => {
    const { id, address } = fake.brokers[0]!
    fake.brokers[0]!.on(metadataRequest, metadataResponse, () => ({
      throttleTimeMs: 70,
      errorCode: ErrorCode.NONE,
      brokers: [{ nodeId: id, host: address.host, port: address.port }],
    }))
    await cluster.refresh()
    await cluster.refresh()
  })
  const first = messages[told.indexOf('throttle')]
  deepEqual([first.broker, first.api, first.throttleTimeMs], ['broker-1:9092', 'Metadata', 70])
  deepEqual([counts.throttled, counts.throttledMs], [2, 140])
  ok(logged.includes('warn: a broker holds answers back: a quota is exceeded'))
})

test('a log hook that throws is heard of, and disturbs nothing', async () => {
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime)
  const uncaught: unknown[] = []
  const hear = (error: unknown) => uncaught.push(error)
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', hear)
  await runtime.run(async () => {
    await fake.start()
    const log = () => {
      throw new Error('the hook')
    }
    const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime, log })
    await cluster.refresh()
    cluster.close()
  })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('uncaughtException', hear)
  for (const other of others) process.on('uncaughtException', other)
  deepEqual([...new Set(uncaught.map((error) => (error as Error).message))], ['the hook'])
})
