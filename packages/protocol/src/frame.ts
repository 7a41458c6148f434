import { decoder, encoder, type Partially } from './codec/compile.ts'
import type { Reader } from './codec/reader.ts'
import type { Decoded, Message } from './codec/schema.ts'
import type { Writer } from './codec/writer.ts'
import { type Api, apis } from './messages/apis.ts'
import { type RequestHeader, type ResponseHeader, requestHeader, responseHeader } from './messages/headers.ts'

/*
 * A frame:   int32 size of what follows | header | message
 * The version of a header follows from the API and its version. ApiVersions is the exception: its response has the
 * oldest header, for a client reads it before it knows what the broker speaks (KIP-511).
 */

const apiVersionsKey = 18
const byKey = new Map(apis.map((api) => [api.key, api]))

/** The API of a key, or undefined if no broker has it. */
export const apiOf = (key: number): Api | undefined => byKey.get(key)

export const requestHeaderVersion = (request: Message<any>, version: number): number =>
  version >= request.flexible ? 2 : 1

export const responseHeaderVersion = (response: Message<any>, version: number): number =>
  version >= response.flexible && response.api !== apiVersionsKey ? 1 : 0

/**
 * Reads the header of a request; the reader then stands at the message. An API that no broker has gets the older form.
 * The version may be one that the API lacks: that is for the caller to see.
 */
export function readRequestHeader(reader: Reader): RequestHeader {
  const begin = reader.pos
  const api = apiOf(reader.int16())
  const version = reader.int16()
  reader.pos = begin
  return decoder(requestHeader, api === undefined ? 1 : requestHeaderVersion(api.request, version))(reader)
}

/** Reads the header of a response; the reader then stands at the message. */
export function readResponseHeader(reader: Reader, response: Message<any>, version: number): ResponseHeader {
  return decoder(responseHeader, responseHeaderVersion(response, version))(reader)
}

export interface RequestFrame<M> {
  readonly request: M
  readonly version: number
  readonly correlationId: number
  readonly clientId: string | null
  readonly body: Partially<Decoded<M>>
}

/** A whole request, in pieces for one writev. */
export function requestFrame<M extends Message<any>>(writer: Writer, frame: RequestFrame<M>): Buffer[] {
  const { request, version, correlationId, clientId, body } = frame
  return written(writer, () => {
    const header = { requestApiKey: request.api!, requestApiVersion: version, correlationId, clientId }
    encoder(requestHeader, requestHeaderVersion(request, version))(writer, header)
    encoder(request, version)(writer, body)
  })
}

export interface ResponseFrame<M> {
  readonly response: M
  readonly version: number
  readonly correlationId: number
  readonly body: Partially<Decoded<M>>
}

/** A whole response, in pieces for one writev. */
export function responseFrame<M extends Message<any>>(writer: Writer, frame: ResponseFrame<M>): Buffer[] {
  const { response, version, correlationId, body } = frame
  return written(writer, () => {
    encoder(responseHeader, responseHeaderVersion(response, version))(writer, { correlationId })
    encoder(response, version)(writer, body)
  })
}

/** What fails to encode leaves nothing behind in the writer. */
function written(writer: Writer, write: () => void): Buffer[] {
  try {
    writer.beginFrame()
    write()
    return writer.endFrame()
  } catch (cause) {
    writer.discard()
    throw cause
  }
}
