import type { Field, Shape } from '@ottla/protocol'
import { ErrorCode, KafkaError } from '@ottla/protocol'
import type { Route } from './request-route.ts'

interface Failure {
  readonly code: number
  readonly message: string | null
}

/**
 * The response that tells of a failure of the whole request, in the response's own shape: its error code if it has one,
 * else an item with the error for each item of the request. Undefined: the response has no place for an error.
 */
export function failureResponse(route: Route, request: unknown, error: unknown): unknown {
  const failure: Failure =
    error instanceof KafkaError
      ? { code: error.code, message: error.message }
      : { code: ErrorCode.UNKNOWN_SERVER_ERROR, message: 'the broker failed to handle this request; see its log' }
  const shape: Shape = route.handler.api.response.fields
  if (hasField(shape, 'errorCode', route.version)) return failedItem(shape, request, failure)
  const mirrored = mirror(shape, request, failure, route.version)
  // Without items the response would say that all is well.
  return Object.values(mirrored).some((items) => items.length > 0) ? mirrored : undefined
}

const hasField = (shape: Shape, name: string, version: number) => {
  const field = shape[name]
  return field !== undefined && field.from <= version && version <= field.to
}

/** An item of the response with the error in it, and what names it copied from the item of the request. */
function failedItem(shape: Shape, item: unknown, failure: Failure): Record<string, unknown> {
  const failed: Record<string, unknown> = { ...namesOf(shape, item), errorCode: failure.code }
  if ('errorMessage' in shape) failed.errorMessage = failure.message
  return failed
}

/** Arrays of the response whose items carry errors, filled after the array of the request. */
function mirror(shape: Shape, request: unknown, failure: Failure, version: number): Record<string, unknown[]> {
  const response: Record<string, unknown[]> = {}
  for (const [name, field] of Object.entries(shape)) {
    const inner = itemShape(field)
    if (inner === undefined || field.to < version || field.from > version || !carriesError(inner, version)) continue
    response[name] = arrayOf(request, name).map((item) =>
      hasField(inner, 'errorCode', version)
        ? failedItem(inner, item, failure)
        : { ...namesOf(inner, item), ...mirror(inner, item, failure, version) },
    )
  }
  return response
}

const itemShape = (field: Field<any>): Shape | undefined =>
  field.wire === 'array' && field.inner !== null && !('wire' in field.inner) ? (field.inner as Shape) : undefined

const carriesError = (shape: Shape, version: number): boolean =>
  hasField(shape, 'errorCode', version) ||
  Object.values(shape).some((field) => {
    const inner = itemShape(field)
    return inner !== undefined && carriesError(inner, version)
  })

/** The array of the request that an array of the response answers: it has the same name, or is the only one. */
function arrayOf(request: unknown, name: string): readonly unknown[] {
  if (typeof request !== 'object' || request === null) return []
  const same = (request as Record<string, unknown>)[name]
  if (Array.isArray(same) && same.length > 0) return same
  const arrays: unknown[][] = Object.values(request).filter(Array.isArray)
  return arrays.find((array) => array.length > 0) ?? []
}

/** Fields by which an item is known, to the client that has to match the answer with what it asked. */
const nameFields = new Set(
  'name topic topicId groupId key resourceType resourceName index partition partitionIndex'.split(' '),
)

/** A request may hold names bare, or call the partition something else. */
function namesOf(shape: Shape, item: unknown): Record<string, unknown> {
  const names: Record<string, unknown> = {}
  const values = typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : undefined
  for (const [name, field] of Object.entries(shape)) {
    if (!nameFields.has(name)) continue
    if (values === undefined && typeof item === (field.wire === 'string' ? 'string' : 'number')) return { [name]: item }
    const value = values?.[name] ?? (name === 'partitionIndex' ? values?.partition : undefined)
    if (value !== undefined) names[name] = value
  }
  return names
}
