import { existsSync, readFileSync } from 'node:fs'
import type { Message } from '../codec/schema.ts'
import * as exported from '../messages/index.ts'

const folder = new URL('../../../../../shared/spec/', import.meta.url)

/** The reason to skip tests against Kafka's facts, which lie beside the repository; false where they are there. */
export const noSpec: string | false = existsSync(folder) ? false : 'the facts of Kafka (../shared/spec) are not here'

/** A file of the facts, parsed. int64 values beyond 2^53 come as `Int64`. */
export function specJson(name: string): any {
  return parseExact(readFileSync(new URL(name, folder), 'utf8'))
}

export function specLines(name: string): any[] {
  const lines = readFileSync(new URL(name, folder), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map(parseExact)
}

/** Every message that the package declares, by name. */
export const messages: ReadonlyMap<string, Message<any>> = new Map(
  (Object.values(exported) as Message<any>[]).map((message) => [message.name, message]),
)

// Integers of 16 digits and more become strings, for a JSON number would round them. Kafka's form has no such strings.
function parseExact(json: string): any {
  return JSON.parse(
    json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
      /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
    ),
  )
}
