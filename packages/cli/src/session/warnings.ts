import type { LogHook } from '@ottla/client'
import { failureText } from './failure.ts'

/** What lasts is told again after so long. */
const silenceMs = 60_000
const maxRemembered = 100

/** Tells what a client overcomes by trying again, so that nobody waits without knowing for what; the same not at each attempt. */
export function warnings(tell: (text: string) => void, monotonic: () => number): LogHook {
  const toldMs = new Map<string, number>()
  return ({ level, message, fields }) => {
    if (level !== 'warn' && level !== 'error') return
    const text = textOf(message, fields)
    const nowMs = monotonic()
    if (nowMs - (toldMs.get(text) ?? Number.NEGATIVE_INFINITY) < silenceMs) return
    if (toldMs.size === maxRemembered) toldMs.clear()
    toldMs.set(text, nowMs)
    tell(text)
  }
}

/** An error's own words name what it concerns. */
function textOf(message: string, { err, ...others }: Readonly<Record<string, unknown>>): string {
  const known = Object.entries(others).filter(([, value]) => value !== undefined)
  const details = err === undefined ? known.map(([name, value]) => `${name} ${value}`) : [failureText(err)]
  return details.length === 0 ? message : `${message}: ${details.join(', ')}`
}
