import type { Runtime } from '@ottla/runtime'
import type { TopicMetadata } from '../connection/metadata.ts'
import type { Deadline } from '../connection/timer-wheel.ts'
import type { Delivery } from './delivery.ts'
import { PartitionQueue } from './partition-queue.ts'
import { DefaultPartitioner } from './partitioner.ts'
import type { ProducerRecord } from './record.ts'

/** A record that cannot be placed yet: its topic is not known, or memory is short. */
export class WaitingRecord {
  isPlaced = false
  deadline: Deadline | undefined
  /** Of the producer's memory, while its topic is not known. */
  heldBytes = 0
  readonly record: ProducerRecord
  readonly delivery: Delivery
  readonly slot: number

  constructor(record: ProducerRecord, delivery: Delivery, slot: number) {
    this.record = record
    this.delivery = delivery
    this.slot = slot
  }

  /** It is in a batch now, or has failed. False: it was before. */
  place(): boolean {
    if (this.isPlaced) return false
    this.isPlaced = true
    this.deadline?.cancel()
    return true
  }
}

/** What a producer holds for one topic. */
export class TopicQueues {
  readonly name: string
  readonly partitioner: DefaultPartitioner
  /** Undefined: being asked for. Records wait meanwhile, in their order. */
  metadata: TopicMetadata | undefined
  waiting: WaitingRecord[] = []
  /** Records came since metadata was looked at last. */
  isUsed = true
  readonly #queues: (PartitionQueue | undefined)[] = []

  constructor(name: string, runtime: Runtime) {
    this.name = name
    this.partitioner = new DefaultPartitioner(runtime)
  }

  queue(partition: number): PartitionQueue {
    let queue = this.#queues[partition]
    if (queue === undefined) {
      queue = new PartitionQueue(this.name, partition)
      this.#queues[partition] = queue
    }
    return queue
  }

  *queues(): Generator<PartitionQueue, void, undefined> {
    for (const queue of this.#queues) if (queue !== undefined) yield queue
  }
}
