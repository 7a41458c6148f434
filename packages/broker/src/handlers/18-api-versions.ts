import { apiVersionsRequest, apiVersionsResponse, ErrorCode } from '@ottla/protocol'
import { type Handler, handler } from '../handler.ts'

const softwareName = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/

// ApiVersions (18), v0-4: which APIs and versions this broker speaks.
// v1 throttleTimeMs. v3 flexible, client software (KIP-511). v4 features may start at version 0.
export const apiVersions = handler(apiVersionsRequest, apiVersionsResponse, (request, { apiVersion, server }) => {
  const named = softwareName.test(request.clientSoftwareName) && softwareName.test(request.clientSoftwareVersion)
  if (apiVersion >= 3 && !named) return { errorCode: ErrorCode.INVALID_REQUEST }
  return { errorCode: ErrorCode.NONE, apiKeys: apiKeysOf(server.handlers) }
})

/** The answer, in v0, to an ApiVersions request of a version that is newer than ours: the client then asks again. */
export const apiVersionsForNewerClient = (handlers: readonly Handler[]) => ({
  errorCode: ErrorCode.UNSUPPORTED_VERSION,
  apiKeys: apiKeysOf(handlers),
})

const produceKey = 0

/**
 * Produce is shown from version 0 on, though its first versions are gone: librdkafka before 2.11 takes a broker without
 * them for one that knows no compression. Kafka does the same (KIP-896, KAFKA-18659).
 */
const apiKeysOf = (handlers: readonly Handler[]) =>
  handlers
    .map(({ api, versions: [minVersion, maxVersion] }) => ({
      apiKey: api.key,
      minVersion: api.key === produceKey ? 0 : minVersion,
      maxVersion,
    }))
    .sort((a, b) => a.apiKey - b.apiKey)
