import { array, bool, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** ApiVersions (18): which APIs and versions the broker speaks. KIP-35, 511, 584. */
export const apiVersionsRequest = message({
  name: 'ApiVersionsRequest',
  api: 18,
  versions: [0, 4],
  flexible: 3,
  fields: { clientSoftwareName: string.since(3), clientSoftwareVersion: string.since(3) },
})
export interface ApiVersionsRequest extends Decoded<typeof apiVersionsRequest> {}

export const apiVersionsResponse = message({
  name: 'ApiVersionsResponse',
  api: 18,
  versions: [0, 4],
  flexible: 3,
  fields: {
    errorCode: int16,
    apiKeys: array({ apiKey: int16, minVersion: int16, maxVersion: int16 }),
    throttleTimeMs: int32.since(1),
    supportedFeatures: array({ name: string, minVersion: int16, maxVersion: int16 }).since(3).tag(0),
    finalizedFeaturesEpoch: int64.since(3).tag(1).default(-1),
    finalizedFeatures: array({ name: string, maxVersionLevel: int16, minVersionLevel: int16 }).since(3).tag(2),
    zkMigrationReady: bool.since(3).tag(3),
  },
})
export interface ApiVersionsResponse extends Decoded<typeof apiVersionsResponse> {}
