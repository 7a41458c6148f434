import type { Topic } from '@ottla/cluster'
import { deleteTopicsRequest, deleteTopicsResponse, ErrorCode, KafkaError, zeroUuid } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { duplicatesOf, failedItem } from './failed-item.ts'

interface Wanted {
  readonly name: string | null
  readonly topicId: string
}

// DeleteTopics (20), v1-6. v4 flexible. v5 errorMessage. v6 by id as well as by name (KIP-516).
export const deleteTopics = handler(deleteTopicsRequest, deleteTopicsResponse, async (request, context) => {
  const wanted: Wanted[] =
    context.apiVersion >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: zeroUuid }))
  const identities = wanted.map((topic) => identityOf(topic, context))
  const duplicates = duplicatesOf(identities)
  const distinct = new Map<string, Wanted>()
  for (const [at, topic] of wanted.entries()) {
    const identity = identities[at]!
    distinct.set(identity, merged(distinct.get(identity), topic))
  }
  const responses = await Promise.all(
    [...distinct].map(async ([identity, topic]) => {
      try {
        if (duplicates.has(identity)) throw new KafkaError('INVALID_REQUEST', 'Duplicate topic name or id.')
        const { name, id } = deletable(topic, context)
        await context.cluster.deleteTopic(name)
        return { name, topicId: id, errorCode: ErrorCode.NONE, errorMessage: null }
      } catch (error) {
        return { ...topic, ...failedItem(error, context) }
      }
    }),
  )
  return { responses }
})

/** A topic that is there is the same, whether by its name or by its id. */
function identityOf({ name, topicId }: Wanted, { cluster }: RequestContext): string {
  if (name !== null && topicId !== zeroUuid) return `both ${name} ${topicId}`
  const id = name === null ? topicId : cluster.image.topics.get(name)?.id
  return id === undefined ? `name ${name}` : `id ${id}`
}

/** A topic that was named in several ways is answered once, with all that was said. */
const merged = (before: Wanted | undefined, topic: Wanted): Wanted => ({
  name: topic.name ?? before?.name ?? null,
  topicId: before === undefined || topic.topicId !== zeroUuid ? topic.topicId : before.topicId,
})

function deletable(wanted: Wanted, { cluster, configs, apiVersion }: RequestContext): Topic {
  if (!configs.brokerBoolean('delete.topic.enable')) {
    // The error of its own came with v3.
    throw new KafkaError(
      apiVersion < 3 ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED',
      'Topics can not be deleted: the setting delete.topic.enable is false.',
    )
  }
  const topic = named(wanted, cluster.image)
  if (topic.internal) {
    throw new KafkaError('INVALID_REQUEST', `The topic '${topic.name}' belongs to the broker and can not be deleted.`)
  }
  return topic
}

function named({ name, topicId }: Wanted, image: RequestContext['cluster']['image']): Topic {
  if (name !== null && topicId !== zeroUuid) {
    throw new KafkaError('INVALID_REQUEST', 'A topic to delete is named by its name or by its id, not by both.')
  }
  if (name === null && topicId === zeroUuid) {
    throw new KafkaError('INVALID_REQUEST', 'Neither topic name nor id were specified.')
  }
  const topic = name === null ? image.topicsById.get(topicId) : image.topics.get(name)
  if (topic !== undefined) return topic
  if (name === null) throw new KafkaError('UNKNOWN_TOPIC_ID', `No topic has the id ${topicId}.`)
  throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
}
