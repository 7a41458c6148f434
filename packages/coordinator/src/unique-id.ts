import type { Runtime } from '@ottla/runtime'

/** A random UUID (version 4) in its usual form, as Kafka appends it to member ids. */
export function uniqueId(runtime: Pick<Runtime, 'randomBytes'>): string {
  const bytes = Buffer.from(runtime.randomBytes(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
