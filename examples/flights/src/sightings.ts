// What a group has seen, and whether it is what it should be.
import type { Delivery } from './clients/client.ts'
import type { FlightRecord } from './records.ts'

export class Sightings {
  readonly group: string
  /** By partition and offset: a record that comes again after a crash is the same record. */
  private readonly byPlace = new Map<string, Delivery>()
  private readonly problems: string[] = []
  /** Below these offsets nothing may be read again: the group had committed them before the crash. */
  private committed: ReadonlyMap<number, number> = new Map()
  private repeated = 0

  constructor(group: string) {
    this.group = group
  }

  get count(): number {
    return this.byPlace.size
  }
  /** How many records were delivered more than once. */
  get repetitions(): number {
    return this.repeated
  }

  take(delivery: Delivery): void {
    const place = `${delivery.partition} ${delivery.offset}`
    const before = this.byPlace.get(place)
    if (before === undefined) {
      this.byPlace.set(place, delivery)
      return
    }
    this.repeated += 1
    if (before.value !== delivery.value || before.key !== delivery.key)
      this.problems.push(`partition ${place} had two different records: ${before.value} and ${delivery.value}`)
    if (delivery.offset < (this.committed.get(delivery.partition) ?? 0))
      this.problems.push(
        `partition ${place} came again although the group had committed ${this.committed.get(delivery.partition)}`,
      )
  }

  /** From now on, what lies below these offsets counts as done. */
  resumesFrom(committed: ReadonlyMap<number, number>): void {
    this.committed = committed
  }

  /** What is wrong; nothing if every record was seen once and each key in the order in which it was written. */
  check(records: readonly FlightRecord[]): string[] {
    const problems = this.problems.slice(0, 5)
    if (this.count !== records.length) problems.push(`${this.count} records were seen instead of ${records.length}`)
    const seen = valuesByKey(
      [...this.byPlace.values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset),
    )
    const written = valuesByKey(records)
    for (const [key, values] of written) {
      const got = seen.get(key) ?? []
      // Records without a key have no order.
      if (key === null) sort(got, values)
      const at = values.findIndex((value, i) => value !== got[i])
      if (at >= 0 || got.length !== values.length)
        problems.push(`${key}: ${got.length} of ${values.length} records, the first difference is at ${at}`)
    }
    for (const [key, count] of this.partitionsByKey())
      if (key !== null && count > 1) problems.push(`${key} lies in ${count} partitions`)
    return problems.slice(0, 10)
  }

  private partitionsByKey(): Map<string | null, number> {
    const partitions = new Map<string | null, Set<number>>()
    for (const { key, partition } of this.byPlace.values())
      partitions.set(key, (partitions.get(key) ?? new Set()).add(partition))
    return new Map([...partitions].map(([key, all]) => [key, all.size]))
  }
}

function valuesByKey(
  all: readonly { readonly key: string | null; readonly value: string }[],
): Map<string | null, string[]> {
  const values = new Map<string | null, string[]>()
  for (const { key, value } of all) {
    const known = values.get(key)
    if (known === undefined) values.set(key, [value])
    else known.push(value)
  }
  return values
}

function sort(...lists: string[][]): void {
  for (const list of lists) list.sort()
}
