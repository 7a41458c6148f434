import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import {
  apiVersionsRequest,
  ErrorCode,
  findCoordinatorRequest,
  findCoordinatorResponse,
  metadataRequest,
  metadataResponse,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
  saslHandshakeRequest,
  saslHandshakeResponse,
} from '@ottla/protocol'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import type { ClientOptions } from './client-options.ts'
import { Cluster } from './cluster.ts'

interface Scene {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeCluster
  readonly cluster: Cluster
}

async function play(
  options: Partial<ClientOptions> & { brokers?: number },
  scene: (scene: Scene) => Promise<void>,
): Promise<void> {
  const runtime = new SimulatedRuntime()
  const { brokers = 1, ...client } = options
  const fake = new FakeCluster(runtime, brokers)
  await runtime.run(async () => {
    await fake.start()
    const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime, ...client })
    await scene({ runtime, fake, cluster })
    cluster.close()
  })
}

test('a topic that is created a little later is found', () =>
  play({}, async ({ cluster, fake, runtime }) => {
    const found = cluster.topic('t')
    await runtime.sleep(700)
    fake.createTopic('t', 3)
    equal((await found).partitions.length, 3)
  }))

test('when all brokers are down, the error says where was tried, and comes in time', () =>
  play({ bootstrap: 'nowhere:1,elsewhere:2' }, async ({ cluster, runtime }) => {
    const error = await cluster.topic('t', { timeoutMs: 3_000 }).catch((e) => e)
    equal(error.name, 'NETWORK_EXCEPTION')
    ok(/nowhere:1/.test(error.message) && /elsewhere:2/.test(error.message), error.message)
    ok(error.retriable)
    ok(runtime.monotonic() < 3_100)
  }))

test('a password that is refused is the error, at once, whatever becomes of other bootstrap servers', () => {
  const sasl = { mechanism: 'PLAIN', username: 'u', password: 'wrong' } as const
  return play({ brokers: 2 }, async ({ fake, runtime }) => {
    for (const broker of fake.brokers)
      broker
        .on(saslHandshakeRequest, saslHandshakeResponse, () => ({ mechanisms: ['PLAIN'] }))
        .on(saslAuthenticateRequest, saslAuthenticateResponse, () => ({
          errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED,
        }))
    const [first, second] = fake.brokers.map(({ address: { host, port } }) => `${host}:${port}`)
    for (const bootstrap of [`${first},${second}`, `nowhere:1,${first}`]) {
      const cluster = new Cluster({ bootstrap, runtime, sasl })
      const beganMs = runtime.monotonic()
      await rejects(cluster.topic('t'), { name: 'SASL_AUTHENTICATION_FAILED', retriable: false })
      ok(runtime.monotonic() - beganMs < 100)
      cluster.close()
    }
  })
})

test('a broker whose advertised address cannot be reached is told as that', () =>
  play({}, async ({ cluster, fake }) => {
    fake.brokers[0]!.on(metadataRequest, metadataResponse, () => ({
      controllerId: 5,
      brokers: [{ nodeId: 5, host: 'inside', port: 9092 }],
    }))
    await cluster.refresh()
    await rejects(cluster.connection(5), { name: 'NETWORK_EXCEPTION', message: /inside:9092.*advertised\.listeners/ })
  }))

test('bootstrap servers may come from a function, which is asked again when they are gone', () =>
  play({}, async ({ fake, runtime }) => {
    let asked = 0
    const bootstrap = async () => (asked++ === 0 ? 'gone:1' : fake.bootstrap)
    const cluster = new Cluster({ bootstrap, runtime })
    fake.createTopic('t')
    equal((await cluster.topic('t')).name, 't')
    equal(asked, 2)
    cluster.close()
  }))

test('a broker that lacks the newest ApiVersions is asked in one that it has', () =>
  play({}, async ({ cluster, fake }) => {
    fake.brokers[0]!.speak(apiVersionsRequest, [0, 2]).speak(metadataRequest, [0, 9])
    fake.createTopic('t')
    const connection = await cluster.anyConnection()
    equal(connection.versionOf(metadataRequest), 9)
    equal((await cluster.topic('t')).name, 't')
  }))

test('refreshes that come together share a request, and none is older than its caller', () =>
  play({}, async ({ cluster, fake }) => {
    await cluster.refresh()
    const before = fake.brokers[0]!.seen.filter((name) => name === 'Metadata').length
    const first = cluster.refresh()
    fake.createTopic('t')
    const others = [cluster.refresh(), cluster.refresh(), cluster.refresh()]
    await Promise.all([first, ...others])
    equal(fake.brokers[0]!.seen.filter((name) => name === 'Metadata').length - before, 2)
  }))

test('an answer that is older than what is known does not bring an old leader back', () =>
  play({ brokers: 2 }, async ({ cluster, fake }) => {
    const topic = fake.createTopic('t')
    await cluster.topic('t')
    cluster.learnLeader({ topic: 't', partition: 0, leaderId: 2, leaderEpoch: 4 }, [])
    equal(cluster.leader('t', 0)?.leader, 2)
    await cluster.refresh()
    equal(cluster.leader('t', 0)?.leader, 2, 'epoch 0 is older')
    topic.partitions[0]!.leaderEpoch = 5
    await cluster.refresh()
    equal(cluster.leader('t', 0)?.leader, 1)
  }))

test('a request that is not answered in time ends its connection, and all that wait on it', () =>
  play({ requestTimeoutMs: 500 }, async ({ cluster, fake, runtime }) => {
    await cluster.refresh()
    fake.brokers[0]!.on(metadataRequest, metadataResponse, () => undefined)
    const begin = runtime.monotonic()
    const both = await Promise.allSettled([
      cluster.sendToAny(metadataRequest, metadataResponse, {}),
      cluster.sendToAny(metadataRequest, metadataResponse, {}, { timeoutMs: 5_000 }),
    ])
    deepEqual(
      both.map((each) => each.status === 'rejected' && each.reason.name),
      ['REQUEST_TIMED_OUT', 'REQUEST_TIMED_OUT'],
    )
    ok(runtime.monotonic() - begin < 600)
  }))

test('a coordinator is asked for once, until it is forgotten; old brokers are asked in their form', () =>
  play({}, async ({ cluster, fake }) => {
    const broker = fake.brokers[0]!
    broker.speak(findCoordinatorRequest, [0, 3])
    let isLoading = true
    broker.on(findCoordinatorRequest, findCoordinatorResponse, ({ key }) => {
      equal(key, 'g')
      const errorCode = isLoading ? ErrorCode.COORDINATOR_NOT_AVAILABLE : 0
      isLoading = false
      return { errorCode, nodeId: 1, host: 'broker-1', port: 9092 }
    })
    deepEqual(await Promise.all([cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')]), [1, 1])
    const asked = broker.seen.filter((name) => name === 'FindCoordinator').length
    equal(asked, 2, 'once refused, once answered')
    await cluster.coordinator('group', 'g')
    cluster.forgetCoordinator('group', 'g')
    await cluster.coordinator('group', 'g')
    equal(broker.seen.filter((name) => name === 'FindCoordinator').length, asked + 1)
  }))

test('after close everything fails at once with CLIENT_CLOSED', () =>
  play({}, async ({ cluster }) => {
    const waiting = cluster.topic('never there')
    cluster.close()
    await rejects(waiting, { name: 'CLIENT_CLOSED' })
    await rejects(cluster.topic('t'), { name: 'CLIENT_CLOSED' })
    await rejects(cluster.connection(1), { name: 'CLIENT_CLOSED' })
  }))
