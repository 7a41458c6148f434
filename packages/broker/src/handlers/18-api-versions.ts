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

const apiKeysOf = (handlers: readonly Handler[]) =>
  handlers
    .map(({ api, versions }) => ({ apiKey: api.key, minVersion: versions[0], maxVersion: versions[1] }))
    .sort((a, b) => a.apiKey - b.apiKey)
