import type { Message } from '@ottla/protocol'
import type { Side } from './side.ts'

/** What is done to both brokers. It runs once for each version of `request` that Ottla has, or once without one. */
export interface Case {
  readonly name: string
  readonly request?: Message<any>
  readonly from?: number
  readonly to?: number
  run(side: Side, version: number): Promise<void>
}

export function everyVersion(
  request: Message<any>,
  name: string,
  run: Case['run'],
  { from, to }: { readonly from?: number; readonly to?: number } = {},
): Case {
  return { name, request, run, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

export const once = (name: string, run: (side: Side) => Promise<void>): Case => ({ name, run })
