import { type Decoder, decoder } from '@ottla/protocol'
import type { Handler } from '../handler.ts'

/** A handler at one version. */
export interface Route {
  readonly handler: Handler
  readonly version: number
  readonly decode: Decoder<any>
}

/** Finds the handler of an API and version. Decoders are compiled when a version is first asked for. */
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
    const { handler, versions } = known
    if (version < handler.versions[0] || version > handler.versions[1]) return undefined
    versions[version] ??= { handler, version, decode: decoder(handler.api.request, version) }
    return versions[version]
  }
}
