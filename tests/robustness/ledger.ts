/** What was acknowledged and what was seen, partition by partition and offset by offset. */
export class Ledger {
  private readonly acknowledged = new Map<number, Map<number, string>>()
  /** What readers saw in earlier rounds: it stays so. */
  private readonly seen = new Map<number, string[]>()
  private readonly nextOffset = new Map<number, number>()
  acknowledgedCount = 0

  acknowledge(partition: number, baseOffset: number, values: readonly string[]): void {
    const known = this.acknowledged.get(partition) ?? new Map<number, string>()
    this.acknowledged.set(partition, known)
    for (const [i, value] of values.entries()) known.set(baseOffset + i, value)
    this.acknowledgedCount += values.length
  }

  beginReading(): void {
    this.nextOffset.clear()
  }

  /** A record that a reader got, in the order in which it got them. Returns what is wrong with it. */
  see(partition: number, offset: number, value: string): string[] {
    const problems: string[] = []
    const at = `partition ${partition}, offset ${offset}`
    const expected = this.nextOffset.get(partition) ?? 0
    if (offset !== expected) problems.push(`${at}: came where ${expected} was next`)
    this.nextOffset.set(partition, offset + 1)
    const before = this.seen.get(partition) ?? []
    this.seen.set(partition, before)
    if (before[offset] !== undefined && before[offset] !== value) problems.push(`${at}: was another record before`)
    before[offset] = value
    const acknowledged = this.acknowledged.get(partition)?.get(offset)
    if (acknowledged !== undefined && acknowledged !== value) problems.push(`${at}: another record was acknowledged`)
    return problems
  }

  checkEnd(partition: number, end: number): string[] {
    const longest = Math.max(this.seen.get(partition)?.length ?? 0, lastOf(this.acknowledged.get(partition)) + 1)
    return end < longest ? [`partition ${partition}: it ends at ${end}, and ${longest} was known`] : []
  }

  /** After reading all to the end: every acknowledged record was there, and no record twice. */
  checkAllSeen(): string[] {
    const problems: string[] = []
    for (const [partition, records] of this.acknowledged)
      for (const offset of records.keys())
        if (this.seen.get(partition)?.[offset] === undefined)
          problems.push(`partition ${partition}, offset ${offset}: acknowledged and not there`)
    for (const [partition, values] of this.seen) {
      const idempotent = values.filter((value) => value !== undefined && Number(value.split('/')[1]) % 2 === 0)
      if (new Set(idempotent).size !== idempotent.length)
        problems.push(`partition ${partition}: a record of an idempotent producer is there twice`)
    }
    return problems
  }
}

function lastOf(records: ReadonlyMap<number, string> | undefined): number {
  let last = -1
  for (const offset of records?.keys() ?? []) last = Math.max(last, offset)
  return last
}
