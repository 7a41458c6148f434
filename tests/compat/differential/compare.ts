import { identityOf } from './normal-form.ts'
import type { Step } from './side.ts'

export interface Difference {
  readonly step: string
  /** The field, with the names of the items on the way: `topics[a].partitions[000000].errorCode`. */
  readonly path: string
  readonly kafka: unknown
  readonly ottla: unknown
}

export function compareSteps(kafka: readonly Step[], ottla: readonly Step[]): Difference[] {
  const count = Math.max(kafka.length, ottla.length)
  return Array.from({ length: count }, (_, at) => {
    const [a, b] = [kafka[at], ottla[at]]
    const step = a?.name ?? b!.name
    if (a?.name !== b?.name) return [{ step, path: 'step', kafka: a?.name, ottla: b?.name }]
    return [...differences(a!.answer, b!.answer, '')].map((difference) => ({ step, ...difference }))
  }).flat()
}

type Found = Omit<Difference, 'step'>

function* differences(kafka: unknown, ottla: unknown, path: string): Generator<Found> {
  if (Array.isArray(kafka) && Array.isArray(ottla)) yield* ofLists(kafka, ottla, path)
  else if (isStruct(kafka) && isStruct(ottla)) {
    // What stands beside an error follows from it.
    if (kafka.errorCode !== ottla.errorCode)
      return yield { path: `${path}.errorCode`, kafka: kafka.errorCode, ottla: ottla.errorCode }
    for (const key of new Set([...Object.keys(kafka), ...Object.keys(ottla)]))
      yield* differences(kafka[key], ottla[key], path === '' ? key : `${path}.${key}`)
  } else if (!Object.is(kafka, ottla)) yield { path, kafka, ottla }
}

/** Items are paired by what names them; the second of the same name with the second. */
function* ofLists(kafka: readonly unknown[], ottla: readonly unknown[], path: string): Generator<Found> {
  const [a, b] = [named(kafka), named(ottla)]
  for (const name of new Set([...a.keys(), ...b.keys()]))
    yield* differences(a.get(name), b.get(name), `${path}[${name}]`)
}

function named(items: readonly unknown[]): Map<string, unknown> {
  const result = new Map<string, unknown>()
  items.forEach((item, at) => {
    const name = isStruct(item) ? identityOf(item) : ''
    let key = name === '' ? String(at) : name
    while (result.has(key)) key += ' again'
    result.set(key, item)
  })
  return result
}

const isStruct = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
