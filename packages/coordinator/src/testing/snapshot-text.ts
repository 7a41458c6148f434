import type { StateMachine } from '../state-machine.ts'

/** The durable part of a state, in a form that compares: the records that would recover it, in the order of their keys. */
export function snapshotText(machine: StateMachine): string {
  const lines: string[] = []
  for (const records of machine.snapshot()) {
    for (const { key, value } of records)
      lines.push(`${Buffer.from(key).toString('latin1')}=${Buffer.from(value ?? []).toString('latin1')}`)
  }
  return lines.sort().join('\n')
}
