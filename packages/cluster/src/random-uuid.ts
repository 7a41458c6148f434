import type { Runtime } from '@ottla/runtime'

/**
 * A random uuid (version 4) in Kafka's text form, 22 characters of url-safe base64. Never one that begins with '-',
 * which command lines would take for an option. The version keeps it apart from the ids that Kafka reserves.
 */
export function randomUuid(runtime: Runtime): string {
  for (;;) {
    const bytes = Buffer.from(runtime.randomBytes(16))
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const text = bytes.toString('base64url')
    if (!text.startsWith('-')) return text
  }
}
