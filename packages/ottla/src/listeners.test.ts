import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressText, listenerAddresses, parsedAddress } from './listeners.ts'

const addresses = (value: string, more: { controllers?: string; protocols?: string } = {}) =>
  listenerAddresses({ name: 'listeners', value, controllers: '', protocols: '', ...more }).map(addressText)

test('addresses are read and written, with brackets around IPv6', () => {
  assert.deepEqual(parsedAddress('127.0.0.1:9092'), { host: '127.0.0.1', port: 9092 })
  assert.deepEqual(parsedAddress('[::1]:0'), { host: '::1', port: 0 })
  assert.deepEqual(parsedAddress(':9092'), { host: '', port: 9092 })
  for (const text of ['', 'host', 'host:', 'host:x', 'host:65536', '::1:9092'])
    assert.equal(parsedAddress(text), undefined)
  assert.equal(addressText({ host: '::1', port: 9092 }), '[::1]:9092')
})

test("Kafka's listeners are read, and those of its controllers left out", () => {
  assert.deepEqual(addresses('PLAINTEXT://:9092,CONTROLLER://:9093', { controllers: 'CONTROLLER' }), ['0.0.0.0:9092'])
  assert.deepEqual(
    addresses('INSIDE://10.0.0.1:9092, OUTSIDE://[::]:9094', { protocols: 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT' }),
    ['10.0.0.1:9092', '[::]:9094'],
  )
  assert.deepEqual(addresses(''), [])
})

test('a listener with a protocol that is not there, or no address, is refused', () => {
  assert.throws(() => addresses('SSL://:9092'), /listeners: .*SSL/)
  assert.throws(() => addresses('X://:9092', { protocols: 'X:SASL_SSL' }), /SASL_SSL/)
  assert.throws(() => addresses('PLAINTEXT://nowhere'), /not an address/)
})
