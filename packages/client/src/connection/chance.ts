import type { Runtime } from '@ottla/runtime'

/** An integer of 0 and more, less than `below`. */
export function randomInteger(runtime: Runtime, below: number): number {
  const bytes = runtime.randomBytes(6)
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, 6).readUIntBE(0, 6)
  return Math.floor((value / 2 ** 48) * below)
}

export function shuffled<T>(items: readonly T[], runtime: Runtime): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = randomInteger(runtime, i + 1)
    const item = result[i]!
    result[i] = result[j]!
    result[j] = item
  }
  return result
}

export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
}

/** The pause before retry `attempt` (from 0): it doubles each time, and varies by a fifth, so that clients do not march in step. */
export function backoffMs(runtime: Runtime, attempt: number, { firstMs, maxMs }: BackoffOptions): number {
  const whole = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30))
  return (whole * (800 + randomInteger(runtime, 401))) / 1000
}
