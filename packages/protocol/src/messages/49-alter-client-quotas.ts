import { array, bool, type Decoded, float64, int16, int32, message, string } from '../codec/schema.ts'

/** AlterClientQuotas (49): change client quotas. KIP-546. */
export const alterClientQuotasRequest = message({
  name: 'AlterClientQuotasRequest',
  api: 49,
  versions: [0, 1],
  flexible: 1,
  fields: {
    entries: array({
      entity: array({ entityType: string, entityName: string.nullable() }),
      ops: array({ key: string, value: float64, remove: bool }),
    }),
    validateOnly: bool,
  },
})
export interface AlterClientQuotasRequest extends Decoded<typeof alterClientQuotasRequest> {}

export const alterClientQuotasResponse = message({
  name: 'AlterClientQuotasResponse',
  api: 49,
  versions: [0, 1],
  flexible: 1,
  fields: {
    throttleTimeMs: int32,
    entries: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      entity: array({ entityType: string, entityName: string.nullable() }),
    }),
  },
})
export interface AlterClientQuotasResponse extends Decoded<typeof alterClientQuotasResponse> {}
