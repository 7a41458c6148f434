import type { Message } from '@ottla/protocol'
import type { Side } from './side.ts'

/** What is done to both brokers. It runs once for each version of `request` that Ottla has, or once without one. */
export interface Case {
  readonly name: string
  readonly request?: Message<any>
  /** Without it, all versions. */
  readonly at?: (version: number) => boolean
  run(side: Side, version: number): Promise<void>
}

export const everyVersion = (request: Message<any>, name: string, run: Case['run'], at?: Case['at']): Case =>
  at === undefined ? { name, request, run } : { name, request, run, at }

export const once = (name: string, run: (side: Side) => Promise<void>): Case => ({ name, run })
