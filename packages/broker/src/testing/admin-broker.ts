import { checkedStaticConfigs, EmbeddedMetadataStore, LayeredConfigs, openCluster } from '@ottla/cluster'
import { GroupService } from '@ottla/coordinator'
import type { Decoded, Message, Partially } from '@ottla/protocol'
import { nodeRuntime } from '@ottla/runtime'
import { createBroker } from '../broker.ts'
import { groupSettings, groupsTopic } from '../group-settings.ts'
import type { Services } from '../services.ts'
import { defaultBrokerSettings } from '../settings.ts'
import { MemoryCoordinatorLog } from './memory-coordinator-log.ts'
import { MemoryStorage } from './memory-storage.ts'
import { WireClient } from './wire-client.ts'

/** A broker with real metadata and settings, and no records: for tests of administrative requests. */
export class AdminBroker {
  private readonly client: WireClient
  private readonly stop: () => Promise<void>
  readonly services: Services

  private constructor(client: WireClient, services: Services, stop: () => Promise<void>) {
    this.client = client
    this.services = services
    this.stop = stop
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<AdminBroker> {
    const runtime = nodeRuntime()
    const configs = new LayeredConfigs(1, checkedStaticConfigs(new Map(Object.entries(settings))).values)
    const cluster = await openCluster({
      store: new EmbeddedMetadataStore(memoryKeys()),
      runtime,
      broker: { id: 1, rack: 'north' },
      internalTopics: [{ ...groupsTopic(configs), partitionCount: 2 }],
      maxPartitions: () => configs.brokerNumber('max.partitions'),
      maxConfiguredGroups: () => configs.brokerNumber('max.configured.groups'),
    })
    configs.follow(cluster)
    const groups = new GroupService({ runtime, log: new MemoryCoordinatorLog(), settings: groupSettings(configs) })
    await groups.start()
    const storage = new MemoryStorage() as unknown as Services['storage']
    const services = { runtime, cluster, configs, storage, groups, brokerId: 1 }
    const broker = createBroker(services, defaultBrokerSettings)
    const address = await broker.listen({ host: '127.0.0.1', port: 0 })
    const client = await WireClient.connect(runtime, address)
    return new AdminBroker(client, services, async () => {
      client.close()
      await broker.close()
      await groups.close()
    })
  }

  ask<Q extends Message<any>, S extends Message<any>>(
    request: Q,
    response: S,
    version: number,
    body: Partially<Decoded<Q>>,
  ): Promise<Decoded<S>> {
    return this.client.ask(request, response, version, body)
  }

  /** Without settings, one partition each. */
  async createTopics(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.services.cluster.createTopic({ name, partitionCount: 1, replicationFactor: 1, configs: new Map() })
    }
  }

  close(): Promise<void> {
    return this.stop()
  }
}

function memoryKeys() {
  const entries = new Map<string, string>()
  return {
    entries,
    async commit(changes: ReadonlyMap<string, string | undefined>) {
      for (const [key, value] of changes) {
        if (value === undefined) entries.delete(key)
        else entries.set(key, value)
      }
    },
  }
}
