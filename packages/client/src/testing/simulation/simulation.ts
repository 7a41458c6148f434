/** One run of clients among faults, which its seed decides. */
export interface Simulation {
  /** What has happened in it, to see that something has. */
  readonly counts: Readonly<Record<string, number>>
  /** Throws the first promise that was broken. */
  run(): Promise<void>
}

export type SimulationKind = 'producer' | 'transactions' | 'classic' | 'consumer' | 'share'

/** An operation that does not settle in its time is one that hangs. */
export class Promises {
  readonly broken: string[] = []

  /** For what is found out far from where it could be thrown. */
  break(what: string): void {
    this.broken.push(what)
  }

  check(): void {
    if (this.broken.length > 0) throw new Error(this.broken.slice(0, 3).join('\n'))
  }
}
