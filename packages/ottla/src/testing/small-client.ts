import {
  createTopicsRequest,
  createTopicsResponse,
  type Decoded,
  decoder,
  deleteTopicsRequest,
  deleteTopicsResponse,
  fetchRequest,
  fetchResponse,
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  type Message,
  metadataRequest,
  metadataResponse,
  type Partially,
  pack,
  packedBatches,
  produceRequest,
  produceResponse,
  Reader,
  readResponseHeader,
  requestFrame,
  unpack,
  Writer,
  zeroUuid,
} from '@ottla/protocol'
import { type Address, type Connection, nodeRuntime } from '@ottla/runtime'

/** Just enough of a client to write records and read them again: one connection, one request at a time. */
export class SmallClient {
  readonly connection: Connection
  readonly whenClosed: Promise<void>
  private readonly writer = new Writer()
  private received: Buffer = Buffer.alloc(0)
  private answered: ((frame: Buffer) => void) | undefined
  private failed: ((error: Error) => void) | undefined
  private correlationId = 0

  private constructor(connection: Connection) {
    this.connection = connection
    connection.onData((chunk) => this.receive(chunk))
    this.whenClosed = new Promise((resolve) =>
      connection.onClose(() => {
        this.failed?.(new Error('the broker closed the connection'))
        resolve()
      }),
    )
  }

  static async connect(address: Address): Promise<SmallClient> {
    return new SmallClient(await nodeRuntime().network.connect(address))
  }

  async ask<Q extends Message<any>, S extends Message<any>>(
    request: Q,
    response: S,
    version: number,
    body: Partially<Decoded<Q>>,
  ): Promise<Decoded<S>> {
    const correlationId = ++this.correlationId
    const frame = await new Promise<Buffer>((resolve, reject) => {
      this.answered = resolve
      this.failed = reject
      this.connection.write(requestFrame(this.writer, { request, version, correlationId, clientId: 'small', body }))
    })
    const reader = new Reader(frame)
    readResponseHeader(reader, response, version)
    return decoder(response, version)(reader)
  }

  async brokers() {
    return (await this.ask(metadataRequest, metadataResponse, 9, { topics: [] })).brokers
  }

  async topicNames(): Promise<(string | null)[]> {
    const { topics } = await this.ask(metadataRequest, metadataResponse, 9, { topics: null })
    return topics.filter(({ isInternal }) => !isInternal).map(({ name }) => name)
  }

  async createTopic(name: string, configs: Record<string, string> = {}): Promise<number> {
    const topic = {
      name,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    }
    const { topics } = await this.ask(createTopicsRequest, createTopicsResponse, 5, { topics: [topic] })
    return topics[0]!.errorCode
  }

  async deleteTopic(name: string): Promise<number> {
    const { responses } = await this.ask(deleteTopicsRequest, deleteTopicsResponse, 5, { topicNames: [name] })
    return responses[0]!.errorCode
  }

  /** Sets one setting of a topic (resource type 2) or a broker (4). */
  async alterConfig(resourceType: number, resourceName: string, name: string, value: string): Promise<number> {
    const configs = [{ name, configOperation: 0, value }]
    const { responses } = await this.ask(incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, 1, {
      resources: [{ resourceType, resourceName, configs }],
    })
    return responses[0]!.errorCode
  }

  /** Writes to partition 0, with acks=all. Returns the offset of the first record. */
  async produce(topic: string, values: readonly string[]): Promise<number> {
    const { topics } = await this.ask(metadataRequest, metadataResponse, 9, {
      topics: [{ name: topic, topicId: zeroUuid }],
    })
    if (topics[0]!.errorCode !== 0) throw new Error(`metadata of ${topic}: error ${topics[0]!.errorCode}`)
    const timestamp = nodeRuntime().now()
    const records = pack(values.map((value) => ({ timestamp, value: Buffer.from(value) }))).bytes
    const { responses } = await this.ask(produceRequest, produceResponse, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
    } as never)
    const { errorCode, baseOffset } = responses[0]!.partitionResponses[0]!
    if (errorCode !== 0) throw new Error(`produce to ${topic}: error ${errorCode}`)
    return baseOffset
  }

  /** All records of partition 0. */
  async consume(topic: string): Promise<string[]> {
    const values: string[] = []
    for (;;) {
      const { responses } = await this.ask(fetchRequest, fetchResponse, 11, {
        replicaId: -1,
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1 << 20,
        sessionEpoch: -1,
        topics: [
          {
            topic,
            partitions: [
              { partition: 0, currentLeaderEpoch: -1, fetchOffset: values.length, partitionMaxBytes: 1 << 20 },
            ],
          },
        ],
      } as never)
      const { errorCode, records } = responses[0]!.partitions[0]!
      if (errorCode !== 0) throw new Error(`fetch from ${topic}: error ${errorCode}`)
      const batches = records === null ? [] : packedBatches(records as Buffer)
      if (batches.length === 0) return values
      for (const batch of batches) for (const { value } of await unpack(batch)) values.push(String(value))
    }
  }

  close(): void {
    this.connection.destroy()
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk])
    if (this.received.length < 4) return
    const size = this.received.readInt32BE(0)
    if (this.received.length < 4 + size) return
    const frame = this.received.subarray(4, 4 + size)
    this.received = this.received.subarray(4 + size)
    this.answered?.(frame)
  }
}
