import {
  apis,
  createTopicsRequest,
  type Decoded,
  decoder,
  describeGroupsRequest,
  findCoordinatorRequest,
  initProducerIdRequest,
  listOffsetsRequest,
  type Message,
  type Partially,
  Reader,
  readResponseHeader,
  requestFrame,
  Writer,
} from '@ottla/protocol'
import { eventually } from '../harness/command.ts'
import { NormalForm } from './normal-form.ts'
import { type Reaction, Wire } from './wire.ts'

/** One request of a case, and what came back in a form that can be compared. */
export interface Step {
  readonly name: string
  readonly answer: unknown
}

export interface AskOptions {
  /** Connections by name; each is opened when first used, and again after it was closed. */
  readonly on?: string
  readonly clientId?: string | null
  readonly waitMs?: number
  /** Leaves out of a list of everything what other cases made. */
  readonly only?: 'own'
}

export interface SideOptions {
  readonly kind: 'ottla' | 'kafka'
  readonly address: string
  /** What all names of the case begin with, the same on both sides. */
  readonly prefix: string
  /** The time of the run's start; equal on both sides. */
  readonly startedMs: number
}

let barriers = 0

/** One broker, as one case sees it. A case runs on both sides, and what it asks and hears is kept in `steps`. */
export class Side {
  readonly steps: Step[] = []
  /** A time for records, equal on both sides, an hour before now. */
  readonly recordMs: number
  private readonly options: SideOptions
  private readonly wires = new Map<string, Wire>()
  private readonly normalForm: NormalForm
  private correlationId = 0

  constructor(options: SideOptions) {
    this.options = options
    this.recordMs = options.startedMs - 3_600_000
    this.normalForm = new NormalForm(options)
  }

  name(suffix: string): string {
    return `${this.options.prefix}-${suffix}`
  }

  /** Sends a request and keeps the answer as a step. Returns the answer as it was decoded; undefined if none came. */
  async ask<M extends Message<any>>(
    step: string,
    request: M,
    version: number,
    body: Partially<Decoded<M>>,
    options: AskOptions = {},
  ): Promise<any> {
    // Its place is that of the question: of two that wait at once, either may be answered first.
    const kept: { name: string; answer: unknown } = { name: step, answer: undefined }
    this.steps.push(kept)
    const { reaction, decoded } = await this.exchange(request, version, body, options)
    kept.answer = typeof reaction === 'string' ? reaction : await this.normalForm.of(decoded, options.only === 'own')
    return decoded
  }

  /** The same, and the answer is not compared. */
  async tell<M extends Message<any>>(
    request: M,
    version: number,
    body: Partially<Decoded<M>>,
    options: AskOptions = {},
  ): Promise<any> {
    return (await this.exchange(request, version, body, options)).decoded
  }

  /** Sends bytes that need not be a request. What is compared is whether an answer comes. */
  async send(step: string, bytes: Buffer, { on = 'main', waitMs = 5_000 }: AskOptions = {}): Promise<Reaction> {
    const reaction = await this.wire(on).exchange([bytes], waitMs)
    if (typeof reaction === 'string') this.hangUp(on)
    this.steps.push({ name: step, answer: typeof reaction === 'string' ? reaction : 'an answer' })
    return reaction
  }

  note(step: string, answer: unknown): void {
    this.steps.push({ name: step, answer })
  }

  /** Makes a topic of this case's own; it can be written to and read from when this returns. */
  async topic(suffix: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<Topic> {
    const name = this.name(suffix)
    const settings = { 'retention.ms': '-1', ...configs }
    const topic = {
      name,
      numPartitions: partitions,
      replicationFactor: 1,
      configs: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
    }
    const answer = await this.tell(createTopicsRequest, 7, { topics: [topic], timeoutMs: 10_000 }, { on: 'setup' })
    const [made] = answer.topics
    if (made.errorCode !== 0) throw new Error(`topic ${name}: error ${made.errorCode}: ${made.errorMessage}`)
    await this.serves(name, partitions)
    this.normalForm.topicNames.set(made.topicId, name)
    return { name, id: made.topicId }
  }

  /** Kafka answers before its broker has taken over what its controller decided: waits until it has. */
  async settled(): Promise<void> {
    if (this.options.kind === 'ottla') return
    for (let round = 0; round < 2; round++) await this.topic(`barrier-${++barriers}`)
  }

  /** Waits until ids for producers are there, and a coordinator for each partition of the groups' topic. */
  async started(): Promise<void> {
    await eventually('a coordinator', async () => {
      const answer = await this.tell(findCoordinatorRequest, 3, { key: 'any', keyType: 0 }, { on: 'setup' })
      return answer.errorCode === 0 ? true : undefined
    })
    await eventually('ids for producers', async () => {
      const body = { transactionalId: null, transactionTimeoutMs: 0 }
      return (await this.tell(initProducerIdRequest, 4, body, { on: 'setup' })).errorCode === 0 ? true : undefined
    })
    // Names enough to fall on every partition.
    const groups = Array.from({ length: 500 }, (_, at) => `${at}`)
    await eventually('all coordinators', async () => {
      const answer = await this.tell(describeGroupsRequest, 5, { groups }, { on: 'setup' })
      return answer.groups.every((group: { errorCode: number }) => group.errorCode === 0) ? true : undefined
    })
  }

  hangUp(on: string): void {
    this.wires.get(on)?.close()
    this.wires.delete(on)
  }

  close(): void {
    for (const on of [...this.wires.keys()]) this.hangUp(on)
  }

  private async serves(name: string, partitions: number): Promise<void> {
    const wanted = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -2 }))
    await eventually(`topic ${name}`, async () => {
      const body = { replicaId: -1, topics: [{ name, partitions: wanted }] }
      const { topics } = await this.tell(listOffsetsRequest, 4, body, { on: 'setup' })
      return topics[0].partitions.every((one: { errorCode: number }) => one.errorCode === 0) ? true : undefined
    })
  }

  private async exchange<M extends Message<any>>(
    request: M,
    version: number,
    body: Partially<Decoded<M>>,
    { on = 'main', clientId = 'differential', waitMs = 10_000 }: AskOptions,
  ): Promise<{ reaction: Reaction; decoded: any }> {
    const correlationId = ++this.correlationId
    const frame = requestFrame(new Writer(), { request, version, correlationId, clientId, body })
    const reaction = await this.wire(on).exchange(frame, waitMs)
    if (typeof reaction === 'string') {
      this.hangUp(on)
      return { reaction, decoded: undefined }
    }
    const { response } = apis.find(({ key }) => key === request.api)!
    const reader = new Reader(reaction)
    readResponseHeader(reader, response, version)
    const decoded = decoder(response, version)(reader)
    if (reader.pos !== reaction.length) throw new Error(`${reaction.length - reader.pos} bytes behind the answer`)
    return { reaction, decoded }
  }

  private wire(on: string): Wire {
    const known = this.wires.get(on)
    if (known !== undefined) return known
    const fresh = new Wire(this.options.address)
    this.wires.set(on, fresh)
    return fresh
  }
}

export interface Topic {
  readonly name: string
  readonly id: string
}
