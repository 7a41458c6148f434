import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
  joinGroupRequest,
  joinGroupResponse,
  metadataRequest,
  metadataResponse,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
  saslHandshakeRequest,
  saslHandshakeResponse,
} from '@ottla/protocol'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import type { BrokerConnection } from './broker-connection.ts'
import type { ClientOptions } from './client-options.ts'
import { Cluster } from './cluster.ts'

interface Scene {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeCluster
  readonly connect: () => Promise<BrokerConnection>
}

async function play(options: Partial<ClientOptions>, scene: (scene: Scene) => Promise<void>): Promise<void> {
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime)
  await runtime.run(async () => {
    await fake.start()
    const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime, requestTimeoutMs: 1_000, ...options })
    await scene({ runtime, fake, connect: () => cluster.anyConnection() })
    cluster.close()
  })
}

const find = (connection: BrokerConnection) =>
  connection.send(findCoordinatorRequest, findCoordinatorResponse, { coordinatorKeys: ['g'] })

test('a client that is over its quota sends nothing for as long as the broker says', () =>
  play({}, async ({ runtime, fake, connect }) => {
    const throttles = [5_000, 0, 0]
    const arrivedMs: number[] = []
    fake.brokers[0]!.on(findCoordinatorRequest, findCoordinatorResponse, () => {
      arrivedMs.push(Math.round(runtime.monotonic()))
      return { throttleTimeMs: throttles[arrivedMs.length - 1]! }
    })
    const connection = await connect()
    await find(connection)
    const toldMs = runtime.monotonic()
    await Promise.all([find(connection), find(connection)])
    equal(arrivedMs.length, 3)
    for (const ms of arrivedMs.slice(1)) ok(ms >= toldMs + 5_000 && ms < toldMs + 5_100, `${ms} after ${toldMs}`)
  }))

test('what was sent before the broker asked for a pause has longer for its answer', () =>
  play({}, async ({ runtime, fake, connect }) => {
    let isFirst = true
    fake.brokers[0]!.on(findCoordinatorRequest, findCoordinatorResponse, async () => {
      if (!isFirst) await runtime.sleep(3_500)
      const throttleTimeMs = isFirst ? 3_000 : 0
      isFirst = false
      return { throttleTimeMs }
    })
    const connection = await connect()
    const [, second] = await Promise.allSettled([find(connection), find(connection)])
    equal(second.status, 'fulfilled')
  }))

test('a pause ends with its connection, and what waited for it fails then', () =>
  play({}, async ({ runtime, fake, connect }) => {
    fake.brokers[0]!.on(findCoordinatorRequest, findCoordinatorResponse, () => ({ throttleTimeMs: 3_600_000 }))
    const connection = await connect()
    await find(connection)
    const waiting = find(connection)
    await runtime.sleep(100)
    runtime.network.cutAll(fake.brokers[0]!.address)
    await rejects(waiting, { name: 'NETWORK_EXCEPTION' })
    await rejects(find(connection), { name: 'NETWORK_EXCEPTION' })
    ok(runtime.monotonic() < 1_000)
  }))

test('a session is renewed before it ends, and after a join that takes longer than a login may', () =>
  play(
    { sasl: { mechanism: 'PLAIN', username: 'u', password: 'p' }, requestTimeoutMs: 1_000 },
    async ({ runtime, fake, connect }) => {
      const events: string[] = []
      fake.brokers[0]!.on(saslHandshakeRequest, saslHandshakeResponse, () => ({ mechanisms: ['PLAIN'] }))
        .on(saslAuthenticateRequest, saslAuthenticateResponse, () => {
          events.push('login')
          return { sessionLifetimeMs: 2_000 }
        })
        .on(joinGroupRequest, joinGroupResponse, async () => {
          await runtime.sleep(6_000)
          events.push('joined')
          return { memberId: 'm' }
        })
        .on(metadataRequest, metadataResponse, () => ({ brokers: [] }))
      const connection = await connect()
      const body = { groupId: 'g', protocols: [] }
      const joining = connection.send(joinGroupRequest, joinGroupResponse, body, { timeoutMs: 10_000 })
      equal((await joining).memberId, 'm')
      await runtime.sleep(100)
      deepEqual(events, ['login', 'joined', 'login'])
      await runtime.sleep(2_000)
      equal(events.length, 4)
      ok(connection.isOpen)
    },
  ))
