import { type Address, parsedAddress } from '@ottla/runtime'
import { InvalidArgumentError } from 'commander'

/** `HOST:PORT`. */
export function address(text: string): Address {
  const parsed = parsedAddress(text)
  if (parsed !== undefined && parsed.host !== '') return parsed
  throw new InvalidArgumentError('Write HOST:PORT, and [HOST]:PORT for IPv6.')
}

/** Without it, a shell's unset variable would be the current directory. */
export function directory(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('Write a directory; . is this one.')
}

/** One more `key=value` of an option that may be given several times; the last one of a key counts. */
export function setting(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write key=value.')
  return new Map(before).set(text.slice(0, at).trim(), text.slice(at + 1))
}

/** One more value of an option that may be given several times, or with commas. */
export const listItem = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').map((item) => item.trim()),
]

export function count(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new InvalidArgumentError('Write a whole number.')
}

export function positive(text: string): number {
  const number = count(text)
  if (number > 0) return number
  throw new InvalidArgumentError('Write a number above 0.')
}

/** Partitions: `3`, `0,2` or `0-5`; may be given several times. */
export function partitions(text: string, before: readonly number[] = []): readonly number[] {
  const ranges = text.split(',').map((item) => /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(item.trim()))
  const indexes = ranges.flatMap((range) => {
    if (range === null) throw new InvalidArgumentError('Write a partition (3), several (0,2), or a range (0-5).')
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])]
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  })
  return [...new Set([...before, ...indexes])].sort((a, b) => a - b)
}

/** `name=value` pairs whose order and repetition matter, as headers have them. */
export function pair(text: string, before: readonly (readonly [string, string])[] = []) {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write name=value.')
  return [...before, [text.slice(0, at), text.slice(at + 1)] as const]
}

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `1500ms`, `30s`, `1h30m`; undefined if it is none. */
function durationMsOf(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return undefined
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)]
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitsMs[unit!]!, 0)
}

export function durationMs(text: string): number {
  const ms = durationMsOf(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('Write a duration with its unit: 500ms, 10s, 2m.')
}

/** Where in a partition: by name, by offset, or by time (ms since 1970, or before now). */
export type Place =
  | 'beginning'
  | 'end'
  | { readonly offset: number }
  | { readonly timeMs: number }
  | { readonly agoMs: number }

const isoTime = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

export function place(text: string): Place {
  if (text === 'beginning' || text === 'end') return text
  if (/^\d+$/.test(text)) return { offset: count(text) }
  const agoMs = text.startsWith('-') ? durationMsOf(text.slice(1)) : undefined
  if (agoMs !== undefined) return { agoMs }
  const timeMs = isoTime.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(timeMs)) return { timeMs }
  throw new InvalidArgumentError(
    'Write beginning, end, an offset, a time (2026-01-31T12:00:00Z), or how long ago (-1h).',
  )
}

/** How far to move: `-10`, `+10`. */
export function shift(text: string): number {
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
  throw new InvalidArgumentError('Write how many records to go back (-10) or ahead (+10).')
}
