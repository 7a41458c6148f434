import type { Reader } from '@ottla/protocol'

/** What stands before every request. The client id has its plain form in all versions (KIP-482). */
export interface RequestHead {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
}

export const headBytes = 8

/** The part of the header that is the same in all versions. */
export function readHead(frame: Buffer): RequestHead {
  return {
    apiKey: frame.readInt16BE(0),
    apiVersion: frame.readInt16BE(2),
    correlationId: frame.readInt32BE(4),
  }
}

/** The rest of the header, up to where the request begins. */
export function readClientId(reader: Reader, flexible: boolean): string | null {
  reader.skip(headBytes)
  const clientId = reader.plainNullableString()
  if (flexible) skipTags(reader)
  return clientId
}

function skipTags(reader: Reader): void {
  for (let count = reader.uvarint(); count > 0; count--) {
    reader.uvarint()
    reader.skip(reader.uvarint())
  }
}
