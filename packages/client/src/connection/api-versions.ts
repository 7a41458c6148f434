import {
  type ApiVersionsResponse,
  apiVersionsRequest,
  apiVersionsResponse,
  decoder,
  ErrorCode,
  type Message,
  type Reader,
  stableVersions,
} from '@ottla/protocol'

/** The versions that a broker speaks, by API key. */
export class SpokenVersions {
  readonly #ranges: ReadonlyMap<number, readonly [min: number, max: number]>
  /** Finalized features of the cluster (KIP-584), such as `transaction.version` and `group.version`. */
  readonly features: ReadonlyMap<string, number>

  constructor(response: Pick<ApiVersionsResponse, 'apiKeys' | 'finalizedFeatures'>) {
    this.#ranges = new Map(response.apiKeys.map((api) => [api.apiKey, [api.minVersion, api.maxVersion]]))
    this.features = new Map(response.finalizedFeatures.map((feature) => [feature.name, feature.maxVersionLevel]))
  }

  /** The highest version of a request that both ends speak, or undefined if there is none. */
  highest(request: Message<any>, atMost = Infinity): number | undefined {
    const range = this.#ranges.get(request.api!)
    if (range === undefined) return undefined
    const version = Math.min(range[1], stableVersions(request)[1], atMost)
    return version >= Math.max(range[0], request.versions[0]) ? version : undefined
  }
}

/** What is known before the broker has said anything: ApiVersions itself, in the version that is tried first. */
export const beforeNegotiation = new SpokenVersions({
  apiKeys: [{ apiKey: apiVersionsRequest.api!, minVersion: 0, maxVersion: 4 }],
  finalizedFeatures: [],
})

/**
 * Reads the answer to an ApiVersions request. A broker that lacks the version answers in version 0, with
 * UNSUPPORTED_VERSION and what it has instead (KIP-511).
 */
export function readApiVersions(frame: Reader, version: number): ApiVersionsResponse {
  const refused = frame.buf.readInt16BE(frame.pos) === ErrorCode.UNSUPPORTED_VERSION
  return decoder(apiVersionsResponse, refused ? 0 : version)(frame)
}
