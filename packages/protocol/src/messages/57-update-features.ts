import { array, bool, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** UpdateFeatures (57): change finalized feature versions. KIP-584. */
export const updateFeaturesRequest = message({
  name: 'UpdateFeaturesRequest',
  api: 57,
  versions: [0, 2],
  flexible: 0,
  fields: {
    timeoutMs: int32.default(60000),
    featureUpdates: array({
      feature: string,
      maxVersionLevel: int16,
      allowDowngrade: bool.until(0),
      upgradeType: int8.since(1).default(1),
    }),
    validateOnly: bool.since(1),
  },
})
export interface UpdateFeaturesRequest extends Decoded<typeof updateFeaturesRequest> {}

export const updateFeaturesResponse = message({
  name: 'UpdateFeaturesResponse',
  api: 57,
  versions: [0, 2],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable(),
    results: array({ feature: string, errorCode: int16, errorMessage: string.nullable() }).until(1),
  },
})
export interface UpdateFeaturesResponse extends Decoded<typeof updateFeaturesResponse> {}
