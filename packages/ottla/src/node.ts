import { createBroker, groupSettings, groupsTopic, InternalTopicLog } from '@ottla/broker'
import { checkedStaticConfigs, EmbeddedMetadataStore, LayeredConfigs, openCluster } from '@ottla/cluster'
import { GroupService } from '@ottla/coordinator'
import { type Address, addressText, type Runtime } from '@ottla/runtime'
import { openStorage } from '@ottla/storage'
import { checkedAdvertised, listenerAddresses } from './listeners.ts'
import { brokerSettings, storageSettings } from './node-settings.ts'
import { PartitionKeeper } from './partition-keeper.ts'

export interface NodeOptions {
  readonly runtime: Runtime
  /** Where the data is, absolute. */
  readonly directory: string
  /** Settings by Kafka's names (docs/configuration.md), as text. */
  readonly settings: ReadonlyMap<string, string>
  /** Before what the settings say. */
  readonly listen?: Address | undefined
  readonly advertise?: Address | undefined
}

/** A broker that serves. */
export interface Node {
  readonly address: Address
  readonly clusterId: string
  close(): Promise<void>
}

const defaultNodeId = '1'
const defaultListen: Address = { host: '127.0.0.1', port: 9092 }

/**
 * Puts a broker together, from the bottom up, and takes it apart in the other order:
 *
 *   storage ─▶ metadata ─▶ partitions ─▶ groups ─▶ server
 *
 * What was opened before a step failed is closed again.
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { runtime, directory } = options
  const { configs, statics, withoutEffect, listen, advertised } = nodeConfigs(options)
  if (withoutEffect.length > 0) runtime.log.write('warn', `settings without effect here: ${withoutEffect.join(', ')}`)
  const opened: { close(): Promise<void> | void }[] = []
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part.close()
  }
  try {
    const storage = await openStorage({ runtime, directory, settings: storageSettings(configs) })
    opened.push(storage)
    const cluster = await openCluster({
      store: new EmbeddedMetadataStore(storage.keys),
      runtime,
      broker: { id: configs.brokerId, rack: configs.broker('broker.rack') },
      internalTopics: [groupsTopic(configs)],
      maxPartitions: () => configs.brokerNumber('max.partitions'),
      maxConfiguredGroups: () => configs.brokerNumber('max.configured.groups'),
    })
    opened.push(cluster)
    configs.follow(cluster)
    await new PartitionKeeper(cluster, configs, storage, runtime.log).start()
    const log = new InternalTopicLog({ cluster, storage }, groupsTopic(configs))
    const groups = new GroupService({ runtime, log, settings: groupSettings(configs) })
    opened.push(groups)
    await groups.start()
    const broker = createBroker(
      { runtime, cluster, configs, storage, groups, brokerId: configs.brokerId },
      brokerSettings(configs, directory, advertised),
    )
    opened.push(broker)
    const addresses = []
    for (const address of listen) addresses.push(await broker.listen(address))
    statics.set('listeners', listenersText(addresses))
    return { address: addresses[0]!, clusterId: cluster.image.clusterId, close: once(close) }
  } catch (error) {
    await close()
    throw error
  }
}

function nodeConfigs({ settings, directory, listen, advertise }: NodeOptions) {
  const { values, withoutEffect } = checkedStaticConfigs(settings)
  const nodeId = values.get('node.id') ?? values.get('broker.id') ?? defaultNodeId
  const listeners = (name: string) =>
    listenerAddresses({
      name,
      value: values.get(name) ?? '',
      controllers: values.get('controller.listener.names') ?? '',
      protocols: values.get('listener.security.protocol.map') ?? '',
    })
  const given = listeners('listeners')
  const addresses = listen !== undefined ? [listen] : given.length > 0 ? given : [defaultListen]
  const wanted = advertise ?? listeners('advertised.listeners')[0]
  const advertised = wanted && checkedAdvertised(wanted)
  // What DescribeConfigs shows is what is in force, whichever way it was said.
  const statics = new Map([
    ...values,
    ['node.id', nodeId],
    ['broker.id', nodeId],
    ['listeners', listenersText(addresses)],
    ...(advertised === undefined ? [] : [['advertised.listeners', listenersText([advertised])] as const]),
    ['log.dirs', directory],
    ['process.roles', 'broker,controller'],
  ])
  return {
    configs: new LayeredConfigs(Number(nodeId), statics),
    statics,
    withoutEffect,
    listen: addresses,
    advertised,
  }
}

const listenersText = (addresses: readonly Address[]) =>
  addresses.map((address) => `PLAINTEXT://${addressText(address)}`).join(',')

/** Whoever calls again gets the promise of the first call. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= close()
    return closing
  }
}
