import type { Admin, ConfigEntry, FoundOffset, GroupDescription, ListedTopic, TopicDescription } from '@ottla/client'
import { expectType } from './expect-type.ts'

export async function topics(admin: Admin): Promise<void> {
  const [created] = await admin.createTopics([{ name: 't', partitions: 3, configs: { 'retention.ms': 1_000 } }])
  expectType<number>()(created!.partitions)
  // @ts-expect-error The list may be empty.
  created.partitions
  // @ts-expect-error A topic has a name.
  await admin.createTopics([{ partitions: 3 }])
  expectType<ListedTopic[]>()(await admin.listTopics({ includeInternal: true }))
  const described: TopicDescription[] = await admin.describeTopics(['t'])
  for (const { partitions } of described) expectType<readonly number[]>()(partitions[0]!.inSyncReplicas)
  // @ts-expect-error What was answered is not to be changed.
  described[0]!.name = 'u'
  await admin.deleteTopics(['t'], { timeoutMs: 1_000, signal: new AbortController().signal })
}

export async function configs(admin: Admin): Promise<void> {
  const [resource] = await admin.describeConfigs([{ type: 'topic', name: 't', keys: ['retention.ms'] }])
  expectType<ConfigEntry | undefined>()(resource?.configs.get('retention.ms'))
  expectType<string | null | undefined>()(resource?.configs.get('retention.ms')?.value)
  await admin.incrementalAlterConfigs([{ type: 'topic', name: 't', set: { a: 1 }, delete: ['b'], append: { c: 'd' } }])
  // @ts-expect-error There is no such resource.
  await admin.describeConfigs([{ type: 'table', name: 't' }])
}

export async function groupsAndOffsets(admin: Admin): Promise<void> {
  const [group]: GroupDescription[] = await admin.describeConsumerGroups(['g'])
  expectType<'classic' | 'consumer' | 'share' | undefined>()(group?.type)
  const [offset] = await admin.listConsumerGroupOffsets('g')
  // What was found is whole; what is set may leave things out.
  expectType<string | null>()(offset!.metadata)
  await admin.alterConsumerGroupOffsets('g', [{ topic: 't', partition: 0, offset: 1 }])
  expectType<FoundOffset[]>()(
    await admin.listOffsets([
      { topic: 't', partition: 0, at: 'earliest' },
      { topic: 't', partition: 1, at: { timestamp: 0 } },
    ]),
  )
}

export async function acls(admin: Admin): Promise<void> {
  const acl = { resourceType: 'topic', resourceName: 't', principal: 'User:a', operation: 'read' } as const
  await admin.createAcls([{ ...acl, permission: 'allow' }])
  // @ts-expect-error Whether it is allowed or denied is missing.
  await admin.createAcls([acl])
  await admin.deleteAcls([{ principal: 'User:a' }])
}
