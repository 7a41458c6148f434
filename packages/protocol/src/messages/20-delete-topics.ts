import { array, type Decoded, int16, int32, message, string, uuid } from '../codec/schema.ts'

/** DeleteTopics (20): delete topics by name or id. KIP-516. */
export const deleteTopicsRequest = message({
  name: 'DeleteTopicsRequest',
  api: 20,
  versions: [1, 6],
  flexible: 4,
  fields: {
    topics: array({ name: string.nullable().default(null), topicId: uuid }).since(6),
    topicNames: array(string).until(5),
    timeoutMs: int32,
  },
})
export interface DeleteTopicsRequest extends Decoded<typeof deleteTopicsRequest> {}

export const deleteTopicsResponse = message({
  name: 'DeleteTopicsResponse',
  api: 20,
  versions: [1, 6],
  flexible: 4,
  fields: {
    throttleTimeMs: int32,
    responses: array({
      name: string.nullable(6),
      topicId: uuid.since(6),
      errorCode: int16,
      errorMessage: string.since(5).nullable().default(null),
    }),
  },
})
export interface DeleteTopicsResponse extends Decoded<typeof deleteTopicsResponse> {}
