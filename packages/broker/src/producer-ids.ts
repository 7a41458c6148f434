import type { Cluster } from '@ottla/cluster'

/** As many as Kafka's controller gives out at a time. */
const blockSize = 1000

/** Gives out producer ids, from blocks that the cluster sets aside for this broker. */
export class ProducerIds {
  private readonly cluster: Pick<Cluster, 'allocateProducerIds'>
  private block: Promise<{ next: number; readonly end: number }> | undefined

  constructor(cluster: Pick<Cluster, 'allocateProducerIds'>) {
    this.cluster = cluster
  }

  async next(): Promise<number> {
    for (;;) {
      this.block ??= this.allocate()
      const asked = this.block
      const block = await asked
      if (block.next < block.end) return block.next++
      // Others may have seen the same end: only the first asks for another block.
      if (this.block === asked) this.block = undefined
    }
  }

  private async allocate() {
    try {
      const first = await this.cluster.allocateProducerIds(blockSize)
      return { next: first, end: first + blockSize }
    } catch (error) {
      this.block = undefined
      throw error
    }
  }
}
