import { array, bool, type Decoded, float64, int8, int16, int32, message, string } from '../codec/schema.ts'

/** DescribeClientQuotas (48): list client quotas. KIP-546. */
export const describeClientQuotasRequest = message({
  name: 'DescribeClientQuotasRequest',
  api: 48,
  versions: [0, 1],
  flexible: 1,
  fields: {
    components: array({ entityType: string, matchType: int8, match: string.nullable() }),
    strict: bool,
  },
})
export interface DescribeClientQuotasRequest extends Decoded<typeof describeClientQuotasRequest> {}

export const describeClientQuotasResponse = message({
  name: 'DescribeClientQuotasResponse',
  api: 48,
  versions: [0, 1],
  flexible: 1,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
    entries: array({
      entity: array({ entityType: string, entityName: string.nullable() }),
      values: array({ key: string, value: float64 }),
    }).nullable(),
  },
})
export interface DescribeClientQuotasResponse extends Decoded<typeof describeClientQuotasResponse> {}
