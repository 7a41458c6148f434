import assert from 'node:assert/strict'
import kafkajsModule from 'kafkajs'
import { eventually } from '../harness/command.ts'
import { type Scenario, unique } from '../harness/target.ts'
import { createTopic, startReader, withAdmin, withProducer } from './kafkajs-client.ts'

const { ConfigResourceTypes } = kafkajsModule

const fill = (address: string, topic: string, count: number) =>
  withProducer(address, (producer) =>
    producer.send({ topic, messages: Array.from({ length: count }, (_, i) => ({ partition: 0, value: `${i}` })) }),
  )

export const adminScenarios: Scenario[] = [
  {
    name: 'a topic is created with settings, described, grown and deleted',
    run: (address) =>
      withAdmin(address, async (admin) => {
        const topic = unique('kafkajs-admin')
        const configEntries = [{ name: 'retention.ms', value: '123456' }]
        assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries }] }), true)
        assert.equal(await admin.createTopics({ topics: [{ topic }] }), false)
        await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] })
        const partitions = await eventually('five partitions', async () => {
          const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
          return topics[0]?.partitions.length === 5 ? topics[0].partitions : undefined
        })
        assert.deepEqual(partitions.map(({ partitionId }) => partitionId).sort(), [0, 1, 2, 3, 4])
        await admin.deleteTopics({ topics: [topic] })
        await eventually('the topic is gone', async () => !(await admin.listTopics()).includes(topic) || undefined)
      }),
  },
  {
    name: 'settings of a topic are read and changed; an invalid one is refused',
    run: (address) =>
      withAdmin(address, async (admin) => {
        const topic = unique('kafkajs-config')
        await admin.createTopics({ topics: [{ topic }] })
        const type = ConfigResourceTypes.TOPIC
        await admin.alterConfigs({
          validateOnly: false,
          resources: [{ type, name: topic, configEntries: [{ name: 'max.message.bytes', value: '2000' }] }],
        })
        const { resources } = await admin.describeConfigs({
          includeSynonyms: true,
          resources: [{ type, name: topic, configNames: ['max.message.bytes', 'cleanup.policy'] }],
        })
        const entries = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]))
        assert.deepEqual(Object.fromEntries(entries), { 'max.message.bytes': '2000', 'cleanup.policy': 'delete' })
        const invalid = admin.alterConfigs({
          validateOnly: false,
          resources: [{ type, name: topic, configEntries: [{ name: 'max.message.bytes', value: 'many' }] }],
        })
        await assert.rejects(invalid, { type: 'INVALID_CONFIG' })
      }),
  },
  {
    name: 'offsets by topic and by time',
    run: (address) =>
      withAdmin(address, async (admin) => {
        const topic = unique('kafkajs-offsets')
        await admin.createTopics({ topics: [{ topic }], waitForLeaders: true })
        await fill(address, topic, 4)
        const [offsets] = await admin.fetchTopicOffsets(topic)
        assert.deepEqual(offsets, { partition: 0, offset: '4', high: '4', low: '0' })
        const [past] = await admin.fetchTopicOffsetsByTimestamp(topic, Date.now() - 60_000)
        assert.equal(past?.offset, '0')
        const [future] = await admin.fetchTopicOffsetsByTimestamp(topic, Date.now() + 60_000)
        assert.equal(future?.offset, '4')
      }),
  },
  {
    name: 'records before an offset are deleted',
    run: (address) =>
      withAdmin(address, async (admin) => {
        const topic = unique('kafkajs-delete-records')
        await admin.createTopics({ topics: [{ topic }], waitForLeaders: true })
        await fill(address, topic, 10)
        // kafkajs knows the leader only of topics that it was asked about before.
        await admin.fetchTopicOffsets(topic)
        await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] })
        const [offsets] = await admin.fetchTopicOffsets(topic)
        assert.equal(offsets?.low, '6')
      }),
  },
  {
    name: 'the cluster names its broker and controller',
    run: (address) =>
      withAdmin(address, async (admin) => {
        const { brokers, controller, clusterId } = await admin.describeCluster()
        assert.equal(brokers.length, 1)
        assert.equal(`${brokers[0]?.host}:${brokers[0]?.port}`, address)
        assert.equal(controller, brokers[0]?.nodeId)
        assert.ok(clusterId.length > 0)
      }),
  },
  {
    name: 'groups are listed, described, moved and deleted',
    run: async (address) => {
      const topic = unique('kafkajs-group-admin')
      const group = unique('kafkajs-group-admin')
      await createTopic(address, topic)
      await fill(address, topic, 10)
      const reader = await startReader(address, { group, topics: [topic] })
      await reader.take(10)
      await withAdmin(address, async (admin) => {
        const { groups } = await admin.describeGroups([group])
        assert.equal(groups[0]?.state, 'Stable')
        assert.equal(groups[0]?.members[0]?.clientId, 'compat')
        assert.ok((await admin.listGroups()).groups.some(({ groupId }) => groupId === group))
        await assert.rejects(admin.deleteGroups([group]))
        await reader.close()
        await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '8' }] })
        const again = await startReader(address, { group, topics: [topic] })
        assert.equal((await again.take(2))[0]?.message.offset, '8')
        await again.close()
        await admin.resetOffsets({ groupId: group, topic, earliest: true })
        const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic], resolveOffsets: true })
        assert.equal(offsets?.partitions[0]?.offset, '0')
        await admin.deleteGroups([group])
        assert.ok(!(await admin.listGroups()).groups.some(({ groupId }) => groupId === group))
      })
    },
  },
]
