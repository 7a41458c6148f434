import type { LogHook } from '@ottla/client'
import { failureText } from './failure.ts'

/**
 * Tells what a client overcomes by trying again, so that nobody waits without knowing for what; once, as long as it stays
 * the same.
 */
export function warnings(tell: (text: string) => void): LogHook {
  let last = ''
  return ({ level, message, fields }) => {
    if (level !== 'warn' && level !== 'error') return
    const { err, ...others } = fields
    const known = Object.entries(others).filter(([, value]) => value !== undefined)
    // An error's own words name what it concerns.
    const details = err === undefined ? known.map(([name, value]) => `${name} ${value}`) : [failureText(err)]
    const text = details.length === 0 ? message : `${message}: ${details.join(', ')}`
    if (text === last) return
    last = text
    tell(text)
  }
}
