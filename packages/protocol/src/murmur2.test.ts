import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2, partitionForKey } from './murmur2.ts'
import { noSpec, specJson } from './testing/spec.ts'

test("keys hash and spread over partitions as with Kafka's own clients", { skip: noSpec }, () => {
  const cases: any[] = specJson('murmur2.json')
  ok(cases.length > 100)
  for (const { key, murmur2: hash, partitionOf7 } of cases) {
    equal(murmur2(Buffer.from(key, 'hex')), hash, key)
    equal(partitionForKey(Buffer.from(key, 'hex'), 7), partitionOf7, key)
  }
})
