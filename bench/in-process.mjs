// A process of its own: how long from `import 'ottla'` to the first acknowledged record. Prints milliseconds.
// The client is imported before, because the question is what the broker costs.
import kafkajs from 'kafkajs'

const started = performance.now()
const { startBroker } = await import('ottla')
const broker = await startBroker()
const client = new kafkajs.Kafka({ brokers: [broker.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING })
const producer = client.producer({
  allowAutoTopicCreation: true,
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
})
await producer.connect()
await producer.send({ topic: 'first', messages: [{ value: 'first' }] })
console.log(performance.now() - started)
await producer.disconnect()
await broker.close()
