import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { never } from '../codec/schema.ts'
import { declaredFields, specFields, versionRange } from '../testing/declared.ts'
import { messages, noSpec, specJson } from '../testing/spec.ts'
import { apis } from './apis.ts'

const spec: any[] = noSpec === false ? specJson('messages.json') : []
const internal: any[] = noSpec === false ? specJson('internal-records.json') : []

const flexibleFrom = (text: string) => (text === 'none' ? never : versionRange(text)[0])
const apiKeyOf = (each: any) => (each.type === 'data' || each.type === 'header' ? undefined : each.apiKey)

test("every message of Kafka's is declared as Kafka has it, field by field in each version", { skip: noSpec }, () => {
  equal(spec.length, 190)
  for (const each of spec) equalsSpec(each)
})

test("every record of Kafka's internal topics is declared as Kafka has it", { skip: noSpec }, () => {
  equal(internal.length, 50)
  for (const each of internal) equalsSpec(each)
})

test('nothing is declared that Kafka does not have', { skip: noSpec }, () => {
  deepEqual([...messages.keys()].sort(), [...spec, ...internal].map(({ name }) => name).sort())
})

test('each API that a broker listens for pairs its request and response', { skip: noSpec }, () => {
  const listened = spec.filter(({ type, listeners }) => type === 'request' && listeners.includes('broker'))
  deepEqual(
    apis.map(({ key }) => key),
    listened.map(({ apiKey }) => apiKey).sort((a, b) => a - b),
  )
  for (const { key, name, request, response } of apis) {
    deepEqual([request.name, response.name], [`${name}Request`, `${name}Response`])
    deepEqual([request.api, response.api], [key, key])
    deepEqual(request.versions, response.versions)
  }
})

function equalsSpec(each: any): void {
  const message = messages.get(each.name)
  ok(message, `${each.name} is not declared`)
  const [min, max] = versionRange(each.validVersions)
  deepEqual(message.versions, [min, max], each.name)
  equal(message.api, apiKeyOf(each), each.name)
  equal(message.unstable === true, each.latestVersionUnstable === true, each.name)
  const flexible = flexibleFrom(each.flexibleVersions)
  ok(message.flexible === flexible || (message.flexible > max && flexible > max), `${each.name} flexible`)
  for (let version = min; version <= max; version++) {
    const expected = specFields(each.fields, each.commonStructs ?? [], version)
    deepEqual(declaredFields(message.fields, version), expected, `${each.name} v${version}`)
  }
}
