/** The id that a cluster has given a client for its metrics (KIP-714): one for all that is made of the client. */
export class InstanceId {
  #known: Promise<string> | undefined

  /** The id. If there is none yet, `ask` gets one; those who come meanwhile wait for it. */
  async get(ask: () => Promise<string>): Promise<string> {
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
