import { type FetchRequest, fetchRequest, fetchResponse } from '@ottla/protocol'
import { fullAnswer, incrementalAnswer, refusedFetch } from '../fetch/fetch-answer.ts'
import { fetchesById, openFetch } from '../fetch/fetch-context.ts'
import type { FetchPartition } from '../fetch/fetch-partition.ts'
import { readTargets } from '../fetch/fetch-read.ts'
import { type FetchTarget, type Isolation, targetOf } from '../fetch/fetch-target.ts'
import { isAnswerable, waitForBytes } from '../fetch/fetch-wait.ts'
import { handler, type RequestContext } from '../handler.ts'

const readCommitted = 1
/** A fetch waits for memory rather than read less than this. */
const leastReadBytes = 64 * 1024

// Fetch (1), v4-18: reads batches, waiting for `minBytes`.
// v4 isolationLevel. v5 logStartOffset. v7 sessions (KIP-227). v9 currentLeaderEpoch (KIP-320). v10 zstd. v11 rackId.
// v12 flexible, lastFetchedEpoch, divergingEpoch. v13 topic ids (KIP-516). v15 replicaState. v16 nodeEndpoints (KIP-951).
// v17 replicaDirectoryId. v18 highWatermark (KIP-1166).
export const fetch = handler(fetchRequest, fetchResponse, async (request, context) => {
  const opened = openFetch(request, context)
  if (opened.kind === 'refused') return refusedFetch(opened.errorCode)
  const partitions = opened.kind === 'full' ? opened.partitions : opened.session.partitions
  const isolation: Isolation = request.isolationLevel === readCommitted ? 'read_committed' : 'read_uncommitted'
  const { fetchMaxBytes, fetchReadMaxBytes } = context.server.settings
  const maxBytes = Math.min(request.maxBytes, fetchMaxBytes, fetchReadMaxBytes)

  const targets = await answerableTargets(partitions, { request, maxBytes, isolation }, context)
  if (!(await reserve(targets, maxBytes, context))) return undefined
  const reservation = context.reservation!
  const limit = Math.min(maxBytes, reservation.bytes)
  const endsEarly = limit < request.maxBytes && limit < availableIn(targets)
  const order = endsEarly && opened.kind === 'full' ? inTurn(targets, context) : targets
  const fetched = await readTargets(order, { maxBytes: limit, isolation }, context)
  reservation.resize(fetched.reduce((bytes, one) => bytes + one.bytes, 0))
  return opened.kind === 'full'
    ? fullAnswer(opened, fetched, context, fetchesById(context))
    : incrementalAnswer(opened, fetched, context)
})

/** Finds the partitions, and waits if there is not enough to read yet. */
async function answerableTargets(
  partitions: ReadonlyMap<string, FetchPartition>,
  fetch: { request: FetchRequest; maxBytes: number; isolation: Isolation },
  context: RequestContext,
): Promise<FetchTarget[]> {
  const { request, maxBytes, isolation } = fetch
  const find = () => Array.from(partitions.values(), (wanted) => targetOf(wanted, isolation, context))
  const targets = find()
  const minBytes = Math.min(request.minBytes, maxBytes)
  if (request.maxWaitMs <= 0 || targets.length === 0 || isAnswerable(targets, minBytes)) return targets
  await waitForBytes(targets, { minBytes, maxWaitMs: request.maxWaitMs, isolation }, context)
  // Topics may have gone, and the start of a log may have moved.
  return find()
}

/**
 * Without a session nothing tells which partitions had their turn. Where it is this broker, not the client, that ends
 * the answer early, each fetch begins with another partition, so that those in front do not starve the others.
 */
function inTurn(targets: readonly FetchTarget[], { server }: RequestContext): readonly FetchTarget[] {
  const first = targets.length === 0 ? 0 : server.nextTurn() % targets.length
  return [...targets.slice(first), ...targets.slice(0, first)]
}

const availableIn = (targets: readonly FetchTarget[]) =>
  targets.reduce((bytes, target) => bytes + target.availableBytes, 0)

/** Sets memory aside for the answer. False: the connection is gone. */
async function reserve(targets: readonly FetchTarget[], maxBytes: number, context: RequestContext): Promise<boolean> {
  const { responseMemory } = context.server
  const wantedBytes = Math.min(maxBytes, availableIn(targets))
  let removal = () => {}
  context.reservation =
    responseMemory.tryReserve(wantedBytes, leastReadBytes) ??
    (await responseMemory.reserve(wantedBytes, leastReadBytes, (cancel) => {
      removal = context.connection.onClose(cancel)
    }))
  removal()
  return context.connection.open && context.reservation !== undefined
}
