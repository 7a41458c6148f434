import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { exact, fromKafkaJson } from '../testing/kafka-json.ts'
import { messages, noSpec, specLines } from '../testing/spec.ts'
import { decoder, encoder } from './compile.ts'
import { ExactReader } from './reader.ts'
import { Writer } from './writer.ts'

const cases = noSpec === false ? specLines('golden-messages.jsonl') : []

test("all of Kafka's own messages decode to what Kafka says they hold, to the last byte", { skip: noSpec }, () => {
  equal(cases.length, 1250)
  for (const { message: name, version, json, hex } of cases) {
    const message = messages.get(name)!
    const reader = new ExactReader(Buffer.from(hex, 'hex'))
    const decoded = exact(message, decoder(message, version)(reader))
    deepEqual(decoded, fromKafkaJson(message, json, decoded), `${name} v${version} ${hex}`)
    equal(reader.remaining, 0, `${name} v${version}`)
  }
})

test('what Kafka says its messages hold encodes to the bytes that Kafka wrote', { skip: noSpec }, () => {
  const writer = new Writer()
  for (const { message: name, version, json, hex } of cases) {
    const message = messages.get(name)!
    const decoded = decoder(message, version)(new ExactReader(Buffer.from(hex, 'hex')))
    encoder(message, version)(writer, fromKafkaJson(message, json, decoded))
    equal(writer.finish().toString('hex'), hex, `${name} v${version}`)
  }
})
