import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { effectiveBrokerConfigs } from './broker-configs.ts'
import { otherBrokerConfigs } from './broker-configs-of-kafka.ts'
import { checkedConfigs } from './check.ts'
import type { ConfigTable } from './definition.ts'
import { groupConfigs } from './group-configs.ts'
import { brokerConfigs } from './tables.ts'
import { topicConfigs } from './topic-configs.ts'

const spec = new URL('../../../../../shared/spec/', import.meta.url)
const skip = existsSync(spec) ? false : 'the facts of Apache Kafka are not beside the repository'

interface Fact {
  readonly name: string
  readonly type: string
  readonly default?: string | null
  readonly valid?: string
  readonly importance: string
}

function shape(table: ConfigTable) {
  return [...table.values()]
    .map(({ name, type, default: standard, valid, importance }) => ({ name, type, standard, valid, importance }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function factsOf(file: string) {
  const facts = JSON.parse(readFileSync(new URL(file, spec), 'utf8')) as Fact[]
  return facts
    .map(({ name, type, default: standard, valid, importance }) => ({
      name,
      type: type.toLowerCase(),
      standard: standard ?? null,
      valid: valid ?? '',
      importance: importance.toLowerCase(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

test('topic settings have the names, types, defaults and valid values of Kafka', { skip }, () => {
  assert.deepEqual(shape(topicConfigs), factsOf('topic-configs.json'))
})

test('group settings have the names, types, defaults and valid values of Kafka', { skip }, () => {
  assert.deepEqual(shape(groupConfigs), factsOf('group-configs.json'))
})

test('broker settings have the names, types, defaults and valid values of Kafka', { skip }, () => {
  const kafkas = new Map([...effectiveBrokerConfigs, ...otherBrokerConfigs])
  assert.deepEqual(shape(kafkas), factsOf('broker-configs.json'))
})

test('every default is valid', () => {
  for (const [type, table] of [
    ['topic', topicConfigs],
    ['group', groupConfigs],
    ['broker', brokerConfigs],
  ] as const) {
    for (const { name, default: standard, valid } of table.values()) {
      if (standard === null || (valid === 'non-empty list' && standard === '')) continue
      assert.doesNotThrow(() => checkedConfigs(type, new Map([[name, standard]])), name)
    }
  }
})

test('every setting is documented in a sentence', () => {
  for (const table of [topicConfigs, groupConfigs, brokerConfigs]) {
    for (const { name, documentation } of table.values()) assert.match(documentation, /^[A-Z].*\.$/s, name)
  }
})
