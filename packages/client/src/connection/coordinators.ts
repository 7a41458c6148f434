import { findCoordinatorRequest, findCoordinatorResponse } from '@ottla/protocol'
import { throwBrokerError } from '../ottla-error.ts'
import type { Cluster, OperationOptions } from './cluster.ts'

export type CoordinatorType = 'group' | 'transaction' | 'share'

const typeCodes = { group: 0, transaction: 1, share: 2 } as const

/** Which broker coordinates what. */
export class Coordinators {
  readonly #cluster: Cluster
  readonly #known = new Map<string, number>()
  readonly #asking = new Map<string, Promise<number>>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  find(type: CoordinatorType, key: string, options: OperationOptions): Promise<number> {
    const what = `looking for the coordinator of the ${type} ${key}`
    return this.#cluster.retry({ what, ...options }, () => this.findNow(type, key))
  }

  /** One attempt; those who come meanwhile share it. */
  async findNow(type: CoordinatorType, key: string): Promise<number> {
    const id = `${type} ${key}`
    const known = this.#known.get(id)
    if (known !== undefined) return known
    let asking = this.#asking.get(id)
    if (asking === undefined) {
      asking = this.#ask(type, key).finally(() => this.#asking.delete(id))
      this.#asking.set(id, asking)
    }
    return asking
  }

  forget(type: CoordinatorType, key: string): void {
    this.#known.delete(`${type} ${key}`)
  }

  async #ask(type: CoordinatorType, key: string): Promise<number> {
    // Before version 4 one key is asked for, in a field of its own (KIP-699).
    const body = { key, keyType: typeCodes[type], coordinatorKeys: [key] }
    const answer = await this.#cluster.sendToAny(findCoordinatorRequest, findCoordinatorResponse, body)
    const { nodeId, host, port, errorCode, errorMessage } = answer.coordinators[0] ?? answer
    const context = type === 'group' ? { group: key } : type === 'transaction' ? { transactionalId: key } : {}
    throwBrokerError(errorCode, errorMessage, context)
    const rack = this.#cluster.image.brokers.get(nodeId)?.rack ?? null
    this.#cluster.learnBroker({ id: nodeId, host, port, rack })
    this.#known.set(`${type} ${key}`, nodeId)
    return nodeId
  }
}
