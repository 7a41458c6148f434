import { type Decoder, decoder, type Encoder, encoder, responseHeader, type Writer } from '@ottla/protocol'
import type { Handler } from '../handler.ts'

const apiVersionsKey = 18

/** A handler with its codecs at one version. */
export interface Route {
  readonly handler: Handler
  readonly version: number
  readonly decode: Decoder<any>
  readonly encode: Encoder<any>
  readonly requestHeaderFlexible: boolean
  readonly responseHeaderVersion: number
}

/** Finds the handler of an API and version. Codecs are compiled when a version is first asked for. */
export class Routes {
  private readonly byKey = new Map<number, { handler: Handler; versions: (Route | undefined)[] }>()

  constructor(handlers: readonly Handler[]) {
    for (const handler of handlers) this.byKey.set(handler.api.key, { handler, versions: [] })
  }

  knows(apiKey: number): boolean {
    return this.byKey.has(apiKey)
  }

  find(apiKey: number, version: number): Route | undefined {
    const known = this.byKey.get(apiKey)
    if (known === undefined) return undefined
    const [min, max] = known.handler.versions
    if (version < min || version > max) return undefined
    known.versions[version] ??= routeOf(known.handler, version)
    return known.versions[version]
  }
}

function routeOf(handler: Handler, version: number): Route {
  const { request, response, key } = handler.api
  // A client that asks for ApiVersions does not know yet what the broker speaks: its answer's header has no tags (KIP-511).
  const flexibleAnswer = version >= response.flexible && key !== apiVersionsKey
  return {
    handler,
    version,
    decode: decoder(request, version),
    encode: encoder(response, version),
    requestHeaderFlexible: version >= request.flexible,
    responseHeaderVersion: flexibleAnswer ? 1 : 0,
  }
}

const headerEncoders = [encoder(responseHeader, 0), encoder(responseHeader, 1)] as const

/** A whole response frame, in pieces; big byte fields stay where they are. */
export function encodeResponse(writer: Writer, route: Route, correlationId: number, response: unknown): Uint8Array[] {
  try {
    writer.beginFrame()
    headerEncoders[route.responseHeaderVersion]!(writer, { correlationId })
    route.encode(writer, response as any)
    return writer.endFrame()
  } catch (error) {
    writer.discard()
    throw error
  }
}
