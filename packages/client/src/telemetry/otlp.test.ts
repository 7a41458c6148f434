import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { encodeMetricsData } from './otlp.ts'
import { readMetrics } from './testing/read-metrics.ts'

// By hand, from metrics/v1/metrics.proto: every line is a field, with its tag, its length and its content.
const golden = [
  '0a 60', // resource_metrics
  '0a 0a', // resource
  '0a 08 0a 01 6b 12 03 0a 01 76', // attributes { key "k", value { string_value "v" } }
  '12 52', // scope_metrics
  '0a 03 0a 01 73', // scope { name "s" }
  '12 26 0a 01 63', // metrics { name "c"
  '3a 21 0a 1b', // sum { data_points {
  '11 40 42 0f 00 00 00 00 00', // start_time_unix_nano 1,000,000
  '19 80 84 1e 00 00 00 00 00', // time_unix_nano 2,000,000
  '21 00 00 00 00 00 00 f8 3f', // as_double 1.5
  '10 01 18 01', // aggregation_temporality delta, is_monotonic
  '12 23 0a 01 67', // metrics { name "g"
  '2a 1e 0a 1c', // gauge { data_points {
  '19 80 84 1e 00 00 00 00 00',
  '21 00 00 00 00 00 00 00 c0', // as_double -2
  '3a 08 0a 01 61 12 03 0a 01 62', // attributes { key "a", value { string_value "b" } }
]

test('metrics are the bytes that the proto file asks for', () => {
  const metrics = [
    { name: 'c', value: 1.5, sum: { isDelta: true, sinceMs: 1 }, atMs: 2 },
    { name: 'g', value: -2, sum: undefined, atMs: 2, attributes: { a: 'b' } },
  ]
  equal(
    encodeMetricsData('s', [{ attributes: { k: 'v' }, metrics }]).toString('hex'),
    golden.join('').replaceAll(/[^0-9a-f]/g, ''),
  )
})

test('lengths of more than a byte and the time of day come through', () => {
  const atMs = 1_795_643_289_123
  const name = 'n'.repeat(20_000)
  const metrics = [{ name, value: 2 ** 52 + 1, sum: { isDelta: false, sinceMs: atMs - 1 }, atMs }]
  deepEqual(readMetrics(encodeMetricsData('s', [{ attributes: {}, metrics }])), [
    { group: undefined, node: undefined, name, value: 2 ** 52 + 1, sum: 'cumulative', sinceMs: atMs - 1, atMs },
  ])
  equal(encodeMetricsData('s', []).length, 0)
})
