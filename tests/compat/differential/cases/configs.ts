import {
  alterConfigsRequest,
  describeConfigsRequest,
  incrementalAlterConfigsRequest,
  listConfigResourcesRequest,
} from '@ottla/protocol'
import { type Case, everyVersion } from '../case.ts'
import type { Side } from '../side.ts'

const [topicType, brokerType, loggerType, metricsType, groupType] = [2, 4, 8, 16, 32] as const
const [set, remove, append, subtract] = [0, 1, 2, 3] as const
/** The settings of a broker that its own machine decides have other values on each. */
const brokerKeys = [
  'num.partitions',
  'log.retention.ms',
  'log.retention.hours',
  'log.segment.bytes',
  'message.max.bytes',
  'compression.type',
  'min.insync.replicas',
  'auto.create.topics.enable',
  'group.min.session.timeout.ms',
  'group.initial.rebalance.delay.ms',
  'offsets.retention.minutes',
  'log.cleanup.policy',
  'unclean.leader.election.enable',
  'node.id',
  'no.such.setting',
]

interface Op {
  readonly name: string
  readonly op?: number
  readonly value?: string | null
}

function altering(side: Side, version: number) {
  return (
    step: string,
    configs: readonly Op[],
    { type = topicType as number, name = side.name('a'), validateOnly = false } = {},
  ) =>
    side.ask(step, incrementalAlterConfigsRequest, version, {
      resources: [
        {
          resourceType: type,
          resourceName: name,
          configs: configs.map(({ name: key, op = set, value = null }) => ({ name: key, configOperation: op, value })),
        },
      ],
      validateOnly,
    })
}

function describing(side: Side, version: number) {
  return (
    step: string,
    resourceType: number,
    resourceName: string,
    configurationKeys: readonly string[] | null,
    more = {},
  ) =>
    side.ask(step, describeConfigsRequest, version, {
      resources: [{ resourceType, resourceName, configurationKeys }],
      includeSynonyms: false,
      includeDocumentation: false,
      ...more,
    })
}

const current = (side: Side, step: string, keys: readonly string[] | null = null) =>
  describing(side, 4)(step, topicType, side.name('a'), keys, { includeSynonyms: true })

const group = { 'consumer.session.timeout.ms': '50000' }

export const configCases: readonly Case[] = [
  everyVersion(describeConfigsRequest, 'DescribeConfigs', async (side, version) => {
    await side.topic('a', 1, { 'segment.bytes': '2000000', 'cleanup.policy': 'compact' })
    const ask = describing(side, version)
    const name = side.name('a')
    await ask('a topic', topicType, name, null)
    await ask('with synonyms', topicType, name, null, { includeSynonyms: true })
    await ask('with documentation', topicType, name, null, { includeDocumentation: true })
    await ask('some keys', topicType, name, ['retention.ms', 'segment.bytes', 'no.such.key', ''])
    await ask('a key twice', topicType, name, ['retention.ms', 'retention.ms'])
    await ask('no keys', topicType, name, [])
    await ask('a missing topic', topicType, side.name('missing'), null)
    await ask('an invalid topic', topicType, 'a b', null)
    await ask('the topic without a name', topicType, '', null)
    await ask('the internal topic', topicType, '__consumer_offsets', [
      'cleanup.policy',
      'segment.bytes',
      'compression.type',
    ])
    await ask('a broker', brokerType, '1', brokerKeys)
    await ask('a broker with synonyms', brokerType, '1', brokerKeys, {
      includeSynonyms: true,
      includeDocumentation: true,
    })
    await ask('a broker, all', brokerType, '1', null)
    await ask('all brokers', brokerType, '', null)
    await ask('another broker', brokerType, '77', null)
    await ask('a broker that is no number', brokerType, 'one', null)
    await ask('a group', groupType, side.name('g'), null)
    await ask('a group with synonyms', groupType, side.name('g'), null, {
      includeSynonyms: true,
      includeDocumentation: true,
    })
    await ask('the group without a name', groupType, '', null)
    await ask('metrics', metricsType, 'm', null)
    await ask('metrics without a name', metricsType, '', null)
    await ask('an unknown type', 99, 'x', null)
    await ask('type 0', 0, 'x', null)
    await side.ask('nothing', describeConfigsRequest, version, { resources: [] })
    const twice = [0, 1].map(() => ({
      resourceType: topicType,
      resourceName: name,
      configurationKeys: ['retention.ms'],
    }))
    await side.ask('twice', describeConfigsRequest, version, { resources: twice })
  }),
  everyVersion(incrementalAlterConfigsRequest, 'IncrementalAlterConfigs: topics', async (side, version) => {
    await side.topic('a')
    const ask = altering(side, version)
    await ask('set', [
      { name: 'retention.ms', value: '1000' },
      { name: 'segment.bytes', value: '2000000' },
    ])
    await side.settled()
    await current(side, 'after set', ['retention.ms', 'segment.bytes'])
    await ask('validated', [{ name: 'retention.ms', value: '3000' }], { validateOnly: true })
    await ask('validated, invalid', [{ name: 'retention.ms', value: 'x' }], { validateOnly: true })
    await ask('removed', [{ name: 'segment.bytes', op: remove }])
    await ask('removed again', [{ name: 'segment.bytes', op: remove }])
    await ask('removed with a value', [{ name: 'flush.ms', op: remove, value: 'x' }])
    await ask('removed, unknown', [{ name: 'no.such.key', op: remove }])
    await ask('unknown', [{ name: 'no.such.key', value: '1' }])
    await ask('no name', [{ name: '', value: '1' }])
    await ask('null', [{ name: 'retention.ms', value: null }])
    await ask('empty', [{ name: 'retention.ms', value: '' }])
    await ask('not a number', [{ name: 'retention.ms', value: 'x' }])
    await ask('a fraction', [{ name: 'retention.ms', value: '1.5' }])
    await ask('too large for its type', [{ name: 'segment.bytes', value: '99999999999' }])
    await ask('too small', [{ name: 'segment.bytes', value: '1' }])
    await ask('out of range', [{ name: 'min.cleanable.dirty.ratio', value: '1.5' }])
    await ask('not a boolean', [{ name: 'preallocate', value: 'yes' }])
    await ask('a boolean in capitals', [{ name: 'preallocate', value: 'TRUE' }])
    await ask('not one of the values', [{ name: 'compression.type', value: 'rar' }])
    await ask('a codec in capitals', [{ name: 'compression.type', value: 'GZIP' }])
    await ask('another timestamp type', [{ name: 'message.timestamp.type', value: 'Never' }])
    await ask('min.insync.replicas 0', [{ name: 'min.insync.replicas', value: '0' }])
    await ask('a level', [{ name: 'compression.gzip.level', value: '10' }])
    await ask('throttled replicas', [{ name: 'leader.replication.throttled.replicas', value: '0:1,1:1' }])
    await ask('odd throttled replicas', [{ name: 'leader.replication.throttled.replicas', value: 'x' }])
    await ask('appended', [{ name: 'cleanup.policy', op: append, value: 'compact' }])
    await ask('appended again', [{ name: 'cleanup.policy', op: append, value: 'compact' }])
    await ask('appended, invalid', [{ name: 'cleanup.policy', op: append, value: 'burn' }])
    await ask('subtracted', [{ name: 'cleanup.policy', op: subtract, value: 'delete' }])
    await ask('subtracted, not there', [{ name: 'cleanup.policy', op: subtract, value: 'delete' }])
    await side.settled()
    await current(side, 'after append and subtract', ['cleanup.policy'])
    await ask('subtracted to nothing', [{ name: 'cleanup.policy', op: subtract, value: 'compact' }])
    await ask('appended to no list', [{ name: 'retention.ms', op: append, value: '1' }])
    await ask('appended null', [{ name: 'cleanup.policy', op: append }])
    await ask('an unknown operation', [{ name: 'retention.ms', op: 9, value: '1' }])
    await ask('a key twice', [
      { name: 'retention.ms', value: '1' },
      { name: 'retention.ms', value: '2' },
    ])
    await ask('one good, one bad', [
      { name: 'retention.ms', value: '77' },
      { name: 'no.such.key', value: '2' },
    ])
    await ask('nothing', [])
    await ask('a missing topic', [{ name: 'retention.ms', value: '1' }], { name: side.name('missing') })
    await ask('an invalid topic', [{ name: 'retention.ms', value: '1' }], { name: 'a b' })
    await ask('no topic', [{ name: 'retention.ms', value: '1' }], { name: '' })
    await ask('an unknown type', [{ name: 'retention.ms', value: '1' }], { type: 99 })
    await ask('type 0', [{ name: 'retention.ms', value: '1' }], { type: 0 })
    const resource = {
      resourceType: topicType,
      resourceName: side.name('a'),
      configs: [{ name: 'flush.ms', configOperation: set, value: '9' }],
    }
    await side.ask('a topic twice', incrementalAlterConfigsRequest, version, { resources: [resource, resource] })
    const other = { ...resource, resourceName: side.name('missing') }
    await side.ask('one missing', incrementalAlterConfigsRequest, version, { resources: [other, resource] })
    await side.ask('no resources', incrementalAlterConfigsRequest, version, { resources: [] })
    await side.settled()
    await current(side, 'in the end')
  }),
  everyVersion(incrementalAlterConfigsRequest, 'IncrementalAlterConfigs: brokers and groups', async (side, version) => {
    const ask = altering(side, version)
    const one = { type: brokerType, name: '1' }
    const all = { type: brokerType, name: '' }
    await ask('read-only', [{ name: 'num.partitions', value: '4' }], one)
    await ask('read-only of all', [{ name: 'num.partitions', value: '4' }], all)
    await ask('of the listener', [{ name: 'listeners', value: 'PLAINTEXT://:1' }], all)
    await ask('unknown', [{ name: 'no.such.key', value: '4' }], { ...one, validateOnly: true })
    await ask('invalid', [{ name: 'log.retention.ms', value: 'x' }], one)
    await ask('valid, only validated', [{ name: 'log.retention.ms', value: '604800000' }], {
      ...all,
      validateOnly: true,
    })
    await ask('removed, not there', [{ name: 'log.retention.ms', op: remove }], one)
    await ask('another broker', [{ name: 'log.retention.ms', value: '604800000' }], { type: brokerType, name: '77' })
    await ask('no number', [{ name: 'log.retention.ms', value: '604800000' }], { type: brokerType, name: 'one' })
    await ask('a logger', [{ name: 'kafka', value: 'INFO' }], { type: loggerType, name: '1' })
    const mine = { type: groupType, name: side.name('g') }
    for (const [name, value] of Object.entries(group)) await ask(`group ${name}`, [{ name, value }], mine)
    await ask('group, out of range', [{ name: 'consumer.session.timeout.ms', value: '1' }], mine)
    await ask('group, unknown', [{ name: 'no.such.key', value: '1' }], mine)
    await ask('group, no name', [{ name: 'consumer.session.timeout.ms', value: '50000' }], {
      type: groupType,
      name: '',
    })
    await side.settled()
    await describing(side, 4)('the group', groupType, side.name('g'), null, { includeSynonyms: true })
    await ask('group, removed', [{ name: 'consumer.session.timeout.ms', op: remove }], mine)
  }),
  everyVersion(alterConfigsRequest, 'AlterConfigs', async (side, version) => {
    await side.topic('a')
    const ask = (
      step: string,
      configs: Readonly<Record<string, string | null>>,
      { type = topicType as number, name = side.name('a'), validateOnly = false } = {},
    ) =>
      side.ask(step, alterConfigsRequest, version, {
        resources: [
          {
            resourceType: type,
            resourceName: name,
            configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
          },
        ],
        validateOnly,
      })
    await ask('two', { 'retention.ms': '1000', 'flush.ms': '7' })
    await ask('another instead', { 'segment.bytes': '2000000' })
    await side.settled()
    await current(side, 'after it')
    await ask('validated', { 'retention.ms': '1' }, { validateOnly: true })
    await ask('unknown', { 'no.such.key': '1' })
    await ask('null', { 'retention.ms': null })
    await ask('invalid', { 'retention.ms': 'x' })
    await ask('a missing topic', { 'retention.ms': '1' }, { name: side.name('missing') })
    await ask('an invalid topic', { 'retention.ms': '1' }, { name: 'a b' })
    await ask('an unknown type', { 'retention.ms': '1' }, { type: 99 })
    await ask('another broker', { 'log.retention.ms': '1' }, { type: brokerType, name: '77' })
    await ask('a read-only setting of a broker', { 'num.partitions': '1' }, { type: brokerType, name: '1' })
    await ask('nothing', {})
    await side.settled()
    await current(side, 'in the end')
    const resource = {
      resourceType: topicType,
      resourceName: side.name('a'),
      configs: [{ name: 'flush.ms', value: '9' }],
    }
    await side.ask('a topic twice', alterConfigsRequest, version, { resources: [resource, resource] }, { waitMs: 500 })
    await side.ask('no resources', alterConfigsRequest, version, { resources: [] })
  }),
  everyVersion(listConfigResourcesRequest, 'ListConfigResources', async (side, version) => {
    await side.topic('a')
    const ask = (step: string, resourceTypes: readonly number[]) =>
      side.ask(step, listConfigResourcesRequest, version, { resourceTypes }, { only: 'own' })
    await ask('all', [])
    if (version === 0) return
    await ask('topics', [topicType])
    await ask('brokers', [brokerType])
    await ask('loggers', [loggerType])
    await ask('groups', [groupType])
    await ask('metrics', [metricsType])
    await ask('topics twice', [topicType, topicType])
    await ask('an unknown type', [99])
    await ask('type 0', [0])
    await ask('one that is known, one that is not', [topicType, 99])
  }),
]
