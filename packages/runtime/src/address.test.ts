import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressText, parsedAddress } from './address.ts'

test('addresses are read and written, with brackets around IPv6', () => {
  assert.deepEqual(parsedAddress('127.0.0.1:9092'), { host: '127.0.0.1', port: 9092 })
  assert.deepEqual(parsedAddress('[::1]:0'), { host: '::1', port: 0 })
  assert.deepEqual(parsedAddress(':9092'), { host: '', port: 9092 })
  for (const text of ['', 'host', 'host:', 'host:x', 'host:65536', '::1:9092'])
    assert.equal(parsedAddress(text), undefined)
  assert.equal(addressText({ host: '::1', port: 9092 }), '[::1]:9092')
})
