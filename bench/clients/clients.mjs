// The clients behind one face. Each is loaded only in the process that measures it.
export const clients = {
  async ottla(bootstrap) {
    const { createClient } = await import('@ottla/client')
    const client = createClient({ bootstrap })
    let producer
    return {
      connectProducer: async () => {
        producer = client.producer()
      },
      send: (topic, records) => {
        if (records.length === 1) return producer.send({ topic, ...records[0] })
        return producer.sendBatch(records.map(({ key, value }) => ({ topic, key, value })))
      },
      async consume(topic, seen) {
        const consumer = client.consumer({ groupId: `bench-${Date.now()}`, topics: topic, autoOffsetReset: 'earliest' })
        for await (const batch of consumer.batches()) {
          let count = 0
          for (const record of batch) if (record.value !== null) count++
          seen(count)
        }
      },
      close: async () => {},
    }
  },

  async kafkajs(bootstrap) {
    const { default: kafkajs } = await import('kafkajs')
    const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING })
    const producer = kafka.producer()
    return {
      connectProducer: () => producer.connect(),
      send: (topic, messages) => producer.send({ topic, acks: -1, messages }),
      async consume(topic, seen) {
        const consumer = kafka.consumer({ groupId: `bench-${Date.now()}` })
        await consumer.connect()
        await consumer.subscribe({ topic, fromBeginning: true })
        await consumer.run({ eachBatch: async ({ batch }) => seen(batch.messages.length) })
      },
      close: async () => {},
    }
  },

  async platformatic(bootstrap) {
    const { Consumer, MessagesStreamModes, Producer } = await import('@platformatic/kafka')
    const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [bootstrap] })
    return {
      connectProducer: async () => {},
      send: (topic, records) =>
        producer.send({ acks: -1, messages: records.map(({ key, value }) => ({ topic, key, value })) }),
      async consume(topic, seen) {
        const consumer = new Consumer({
          clientId: 'bench',
          bootstrapBrokers: [bootstrap],
          groupId: `bench-${Date.now()}`,
        })
        const stream = await consumer.consume({
          topics: [topic],
          mode: MessagesStreamModes.EARLIEST,
          autocommit: false,
        })
        stream.on('data', () => seen(1))
      },
      close: async () => {},
    }
  },
}
