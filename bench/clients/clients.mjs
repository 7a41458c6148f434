// The clients behind one face. Each is loaded only in the process that measures it. A consumer gives each record's key
// and value to `seen`.
const groupId = () => `bench-${process.pid}-${Date.now()}`

async function ottla(bootstrap) {
  const { createClient } = await import('@ottla/client')
  const client = createClient({ bootstrap })
  let producer
  return {
    connectProducer: async () => {
      producer = client.producer()
    },
    send: (topic, records) => {
      if (records.length === 1) return producer.send({ topic, key: records[0].key, value: records[0].value })
      return producer.sendBatch(records.map(({ key, value }) => ({ topic, key, value })))
    },
    async consume(topic, seen) {
      const consumer = client.consumer({ groupId: groupId(), topics: topic, autoOffsetReset: 'earliest' })
      for await (const { key, value } of consumer) seen(key, value)
    },
    async consumeBatches(topic, seen) {
      const consumer = client.consumer({ groupId: groupId(), topics: topic, autoOffsetReset: 'earliest' })
      for await (const batch of consumer.batches()) for (const { key, value } of batch) seen(key, value)
    },
  }
}

export const clients = {
  ottla,

  async 'ottla, batches()'(bootstrap) {
    const client = await ottla(bootstrap)
    return { ...client, consume: client.consumeBatches }
  },

  async kafkajs(bootstrap) {
    const { default: kafkajs } = await import('kafkajs')
    const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING })
    const producer = kafka.producer()
    return {
      connectProducer: () => producer.connect(),
      send: (topic, messages) => producer.send({ topic, acks: -1, messages }),
      async consume(topic, seen) {
        const consumer = kafka.consumer({ groupId: groupId() })
        await consumer.connect()
        await consumer.subscribe({ topic, fromBeginning: true })
        await consumer.run({
          eachBatch: async ({ batch }) => {
            for (const { key, value } of batch.messages) seen(key, value)
          },
        })
      },
    }
  },

  async '@platformatic/kafka'(bootstrap) {
    const { Consumer, MessagesStreamModes, Producer } = await import('@platformatic/kafka')
    const options = { clientId: 'bench', bootstrapBrokers: [bootstrap] }
    let producer
    return {
      connectProducer: async () => {
        producer = new Producer(options)
      },
      send: (topic, records) =>
        producer.send({ acks: -1, messages: records.map(({ key, value }) => ({ topic, key, value })) }),
      async consume(topic, seen) {
        const consumer = new Consumer({ ...options, groupId: groupId() })
        const mode = MessagesStreamModes.EARLIEST
        const stream = await consumer.consume({ topics: [topic], mode, autocommit: false })
        stream.on('data', ({ key, value }) => seen(key, value))
      },
    }
  },
}
