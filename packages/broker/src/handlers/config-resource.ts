import { type ConfigResource, checkTopicName } from '@ottla/cluster'
import { KafkaError } from '@ottla/protocol'
import type { RequestContext } from '../handler.ts'
import { resourceTypeOf } from './config-codes.ts'

/** The resource that a client means; throws if there is none such here. */
export function existingResource(
  typeCode: number,
  name: string,
  { cluster, brokerId }: RequestContext,
): ConfigResource {
  const type = resourceTypeOf(typeCode)
  switch (type) {
    case 'topic':
      checkTopicName(name)
      if (!cluster.image.topics.has(name)) {
        throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`)
      }
      return { type, name }
    case 'broker':
      return { type, name: brokerName(name, brokerId) }
    case 'group':
      if (name === '') throw new KafkaError('INVALID_REQUEST', 'Default group resources are not allowed.')
      return { type, name }
    default:
      throw new KafkaError('INVALID_REQUEST', `This broker has no settings for resources of type ${typeCode}.`)
  }
}

function brokerName(name: string, brokerId: number): string {
  if (name === '') return name
  if (!/^-?\d+$/.test(name)) {
    throw new KafkaError('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`)
  }
  if (Number(name) === brokerId) return String(brokerId)
  throw new KafkaError(
    'INVALID_REQUEST',
    `Unexpected broker id, expected ${brokerId} or empty string, but received ${name}`,
  )
}
