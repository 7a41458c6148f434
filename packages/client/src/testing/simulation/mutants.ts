import type { Change } from './bundled.ts'
import type { SimulationKind } from './simulation.ts'

export interface Mutant extends Change {
  /** What is wrong with it: the simulation notices when … */
  readonly name: string
  readonly kind: SimulationKind
}

/** Bugs that are to be found: each is one rule of the client, undone. */
export const mutants: readonly Mutant[] = [
  {
    name: 'a batch whose answer was lost is sent again as a new one',
    kind: 'producer',
    file: 'producer/partition-queue.ts',
    from: '    batch.wasSentAsOldest = batch === this.#outstanding[0]\n',
    to: '    batch.wasSentAsOldest = batch === this.#outstanding[0]\n    if (batch.attempts > 1) this.#stamp(batch)\n',
  },
  {
    name: 'batches are sent again before those before them',
    kind: 'producer',
    file: 'producer/partition-queue.ts',
    from: "    if (this.#outstanding.some((batch) => batch.state === 'waiting')) return undefined\n",
    to: '',
  },
  {
    name: 'a new producer has several batches under way before the first is answered',
    kind: 'producer',
    file: 'producer/partition-queue.ts',
    from: 'this.#isIntroduced ? maxInFlight : 1',
    to: 'maxInFlight',
  },
  {
    name: 'a batch that comes out of order is taken for written',
    kind: 'producer',
    file: 'producer/delivery-rules.ts',
    from: "    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':\n",
    to: "    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':\n      return { kind: 'delivered' }\n",
  },
  {
    name: 'a gap that was given up on is forgotten',
    kind: 'producer',
    file: 'producer/partition-queue.ts',
    from: 'this.#hasGap = batch.hasSequence && !batch.isDelivered',
    to: 'this.#hasGap = false',
  },
  {
    name: 'a batch never expires',
    kind: 'producer',
    file: 'producer/dispatcher.ts',
    from: "    if (batch.state === 'settled') return\n    const { topic, partition, lastError, attempts } = batch\n",
    to: '    return\n    const { topic, partition, lastError, attempts } = batch\n',
  },
  {
    name: 'answers are taken for those of the oldest request, whatever they answer',
    kind: 'producer',
    file: 'connection/broker-connection.ts',
    from: '    if (correlationId !== first.correlationId)\n',
    to: '    if (correlationId < 0)\n',
  },
  {
    name: 'an unanswered request never times out',
    kind: 'producer',
    file: 'connection/broker-connection.ts',
    from: "    this.#end(this.#error('REQUEST_TIMED_OUT', what))\n",
    to: '    void what\n',
  },
  {
    name: 'old metadata brings an old leader back, and nobody asks again',
    kind: 'producer',
    file: 'producer/dispatcher.ts',
    from: '        if (verdict.leaderMayHaveMoved) this.#sender.awaitMetadata()\n',
    to: '        if (verdict.leaderMayHaveMoved) this.#isPrepared = false\n',
  },
  {
    name: 'an abort does not wait for what is in flight',
    kind: 'transactions',
    file: 'producer/transaction/transactions.ts',
    from: '    await this.#dispatcher.flush()\n    const identity = this.#identity\n',
    to: '    const identity = this.#identity\n',
  },
  {
    name: 'readers of what is committed see what was aborted',
    kind: 'transactions',
    file: 'consumer/fetch/visible-batches.ts',
    from: 'return !(aborting.size > 0 && batch.isTransactional && aborting.has(batch.producerId))',
    to: 'return true',
  },
  {
    name: 'an aborted producer stays aborted beyond its marker',
    kind: 'transactions',
    file: 'consumer/fetch/visible-batches.ts',
    from: "endMarkerOf(batch)?.result === 'abort'",
    to: 'false',
  },
  {
    name: 'what is handed out is committed before it is processed',
    kind: 'classic',
    file: 'consumer/progress/assigned-partition.ts',
    from: '    const { processed } = this.progress\n',
    to: '    const processed = this.position\n',
  },
  {
    name: 'partitions are given up while handlers work on them',
    kind: 'classic',
    file: 'consumer/handover.ts',
    from: "    await this.#inTime(Promise.all(leaving.map((each) => each.idle())), 'handlers of partitions that are given up')\n",
    to: '    for (const each of leaving) each.progress.advance(each.position)\n',
  },
  {
    name: 'a handler that fails while its partition is paused is passed over',
    kind: 'consumer',
    file: 'consumer/deliver/run-by-partition.ts',
    from: '      if (partition.mayRewind(progress)) intake.rewind(partition)\n      throw processingFailed',
    to: '      if (chunk.turn === partition.turn) intake.rewind(partition)\n      throw processingFailed',
  },
  {
    name: 'a fenced member goes on as if it were none',
    kind: 'consumer',
    file: 'consumer/membership/consumer-group-membership.ts',
    from: '    this.#epoch = joiningEpoch\n    this.#isMember = false\n    this.#target = undefined\n',
    to: '',
  },
  {
    name: 'a fetch session that the broker has lost is used on',
    kind: 'consumer',
    file: 'consumer/fetch/broker-fetcher.ts',
    from: '        return this.#session.forget()\n',
    to: '        return\n',
  },
  {
    name: 'a topic that was created again is taken for the one before',
    kind: 'classic',
    file: 'consumer/progress/assigned-partition.ts',
    from: '    return this.topicId !== undefined && this.topicId !== topicId &&',
    to: '    return this.topicId === undefined && this.topicId !== topicId &&',
  },
  {
    name: 'offsets of a topic that was deleted are committed for the one that has its name',
    kind: 'consumer',
    file: 'consumer/commit/committer.ts',
    from: 'topics.some(({ topicId }) => topicId === zeroUuid)',
    to: 'topics.length > 0',
  },
  {
    name: 'a commit of an older offset overtakes a newer one',
    kind: 'classic',
    file: 'consumer/deliver/run-by-key.ts',
    from: 'if (await job.handling) job.progress.done(job.pending)',
    to: 'if (await job.handling) job.progress.advance(job.pending.nextOffset)',
  },
  {
    name: 'close waits for handlers without end',
    kind: 'classic',
    file: 'consumer/consumer-engine.ts',
    from: '    await Promise.race([gone, late])\n',
    to: '    await gone\n',
  },
  {
    name: 'a share group is told of acceptance before the handler is done',
    kind: 'share',
    file: 'consumer/share/share-runner.ts',
    from: '      await this.#options.eachRecord(record)\n      record.accept()\n',
    to: '      record.accept()\n      await this.#options.eachRecord(record)\n',
  },
  {
    name: 'a share session that the broker has lost is used on',
    kind: 'share',
    file: 'consumer/share/share-broker.ts',
    from: '    this.#session.restart()\n    this.#dropDecisions()\n    return false\n',
    to: '    return false\n',
  },
]
