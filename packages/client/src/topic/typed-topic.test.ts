import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import type { Producer } from '../producer/producer.ts'
import * as serializers from './serializers.ts'
import type { StandardSchema } from './standard-schema.ts'
import { defineTopic } from './typed-topic.ts'

interface Order {
  readonly id: string
  readonly cents: number
}

/** As zod and its like give one: cents are positive. */
const orderSchema: StandardSchema<Order, Order & { readonly euros: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const order = value as Order
      return order.cents > 0
        ? { value: { ...order, euros: order.cents / 100 } }
        : { issues: [{ message: 'must be positive', path: ['cents'] }] }
    },
  },
}

const orders = defineTopic('orders', { key: serializers.string, value: serializers.json(orderSchema) })

test('what a typed topic writes, it reads', async () => {
  const { topic, key, value } = await orders.serialized({ topic: orders, key: 'k', value: { id: 'o', cents: 250 } })
  deepEqual([topic, key, value], ['orders', 'k', '{"id":"o","cents":250}'])
  const { topics, keyDeserializer, valueDeserializer } = orders.reading
  equal(topics, 'orders')
  equal(keyDeserializer(Buffer.from('k'), 'orders'), 'k')
  equal((await valueDeserializer(Buffer.from(value as string), 'orders'))?.euros, 2.5)
  equal(valueDeserializer(null, 'orders'), null)
})

test('a value that does not fit its schema is refused by its place', () => {
  throws(() => orders.serialized({ topic: orders, value: { id: 'o', cents: 0 } }), {
    name: 'SERIALIZATION_FAILED',
    topic: 'orders',
    message: /cents: must be positive \(topic orders\)/,
    issues: [{ message: 'must be positive', path: ['cents'] }],
  })
})

test('a tombstone is no value for the schema', async () => {
  equal((await orders.serialized({ topic: orders, key: 'k', value: null })).value, null)
})

test("numbers have the bytes of Kafka's own serializers", () => {
  equal(Buffer.from(serializers.int32.serialize(-2) as Uint8Array).toString('hex'), 'fffffffe')
  equal(serializers.int64.deserialize(Buffer.from('7fffffffffffffff', 'hex')), 2n ** 63n - 1n)
  equal(serializers.float64.deserialize(serializers.float64.serialize(0.1) as Buffer), 0.1)
  throws(() => serializers.int32.deserialize(Buffer.alloc(8)), /8 bytes, where the number has 4/)
})

test('types: a record must have the types of its topic', () => {
  const check = (producer: Producer) => {
    void producer.send({ topic: orders, key: 'k', value: { id: 'o', cents: 1 } })
    void producer.send({ topic: 'any', key: 'k', value: 'v' })
    // @ts-expect-error: a key of this topic is a string.
    void producer.send({ topic: orders, key: 5, value: null })
    // @ts-expect-error: a value of this topic has cents.
    void producer.send({ topic: orders, value: { id: 'o' } })
    // @ts-expect-error: without a typed topic, a value is text or bytes.
    void producer.send({ topic: 'any', value: { id: 'o', cents: 1 } })
  }
  equal(typeof check, 'function')
})
