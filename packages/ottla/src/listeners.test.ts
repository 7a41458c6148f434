import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressText } from '@ottla/runtime'
import { listenerAddresses } from './listeners.ts'

const addresses = (value: string, more: { controllers?: string; protocols?: string } = {}) =>
  listenerAddresses({ name: 'listeners', value, controllers: '', protocols: '', ...more }).map(addressText)

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
