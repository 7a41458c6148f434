import type { GetTelemetrySubscriptionsResponse } from '@ottla/protocol'

/** The answer with the id that a cluster has given a client for its metrics (KIP-714): one for all that is made of the client. */
export class InstanceId {
  #known: Promise<GetTelemetrySubscriptionsResponse> | undefined

  /** The answer. If there is none yet, `ask` gets one; those who come meanwhile wait: brokers throttle who asks twice. */
  async get(ask: () => Promise<GetTelemetrySubscriptionsResponse>): Promise<GetTelemetrySubscriptionsResponse> {
    while (this.#known !== undefined) {
      try {
        return await this.#known
      } catch {
        // Somebody else has asked in vain, with a patience of his own.
      }
    }
    this.#known = ask().catch((error) => {
      this.#known = undefined
      throw error
    })
    return this.#known
  }
}
