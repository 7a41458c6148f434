import { type AlterOperation, changesOf } from '@ottla/cluster'
import { incrementalAlterConfigsRequest, incrementalAlterConfigsResponse, KafkaError } from '@ottla/protocol'
import { handler } from '../handler.ts'
import { alteredResources } from './altered-resources.ts'

const operations: readonly AlterOperation[] = ['SET', 'DELETE', 'APPEND', 'SUBTRACT']

interface Alteration {
  readonly name: string
  readonly configOperation: number
  readonly value: string | null
}

// IncrementalAlterConfigs (44), v0-1: sets, deletes, appends to and subtracts from single settings (KIP-339). v1 flexible.
export const incrementalAlterConfigs = handler(
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
  async (request, context) => {
    const responses = await alteredResources(request, context, (resource, { configs }) =>
      changesOf(resource, configs.map(alterationOf), context.configs, context.cluster.image),
    )
    return { responses }
  },
)

function alterationOf({ name, configOperation, value }: Alteration) {
  const operation = operations[configOperation]
  if (operation === undefined) {
    throw new KafkaError('INVALID_REQUEST', `Unknown operation ${configOperation} for config ${name}.`)
  }
  if (value === null && operation !== 'DELETE') {
    throw new KafkaError('INVALID_REQUEST', `Null value not supported for : ${name}`)
  }
  return { name, operation, value: value ?? '' }
}
