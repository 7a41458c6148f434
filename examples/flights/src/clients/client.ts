import type { FlightRecord } from '../records.ts'

/** A record as a consumer got it. */
export interface Delivery {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string
}

export interface Membership {
  readonly address: string
  readonly topic: string
  readonly group: string
  readonly take: (delivery: Delivery) => void
}

export interface Member {
  /** Commits what it has read and leaves the group. */
  leave(): Promise<void>
}

/** Somebody else's Kafka client. */
export interface Client {
  readonly name: string
  /**
   * A member that has lost a partition stops reading it before the next one begins, so nothing below a committed offset
   * comes again.
   */
  readonly letsGoInTime: boolean
  /** Undefined if it can run here, else what is missing. */
  missing(): Promise<string | undefined>
  /** Resolves when the broker has acknowledged every record. */
  produce(address: string, topic: string, records: readonly FlightRecord[]): Promise<void>
  join(membership: Membership): Promise<Member>
}

/** Cuts a long list so that a request stays well below the broker's limit. */
export function* chunks<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size)
}
