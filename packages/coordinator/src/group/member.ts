import type { JoinGroupResponse, Partially, SyncGroupResponse } from '@ottla/protocol'
import type { Ticket } from '../step.ts'

export type JoinResponse = Partially<JoinGroupResponse>
export type SyncResponse = Partially<SyncGroupResponse>

/** What a member would assign partitions with, and what the leader needs to know of it then. Opaque to the broker. */
export interface GroupProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface MemberIdentity {
  readonly memberId: string
  /** Set: a static member (KIP-345), which keeps its assignment over a restart. */
  readonly groupInstanceId: string | null
  readonly clientId: string
  readonly clientHost: string
}

/** What a member brings along with each JoinGroup. */
export interface Membership {
  readonly protocols: readonly GroupProtocol[]
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
}

/** For `connectionId`: not heard of since this coordinator was loaded. */
export const noConnection = -1

const nothing = new Uint8Array(0)

/** A member of a classic group. Identity, membership and assignment are durable once recorded; the rest is of the moment. */
export class Member {
  readonly identity: MemberIdentity
  membership: Membership
  assignment: Uint8Array = nothing
  /** Waits for the generation to begin. */
  awaitingJoin: Ticket<JoinResponse> | undefined
  /** Waits for the leader's assignment. */
  awaitingSync: Ticket<SyncResponse> | undefined
  /** Has not been in a generation yet: its client does not know its id, so it sends no heartbeats. */
  isNew = false
  /** Monotonic. Infinity: nothing is expected of it, since it waits for us. */
  sessionDeadlineMs = Infinity
  /** The connection that it was last heard on. */
  connectionId = noConnection

  constructor(identity: MemberIdentity, membership: Membership) {
    this.identity = identity
    this.membership = membership
  }

  get id(): string {
    return this.identity.memberId
  }

  get isStatic(): boolean {
    return this.identity.groupInstanceId !== null
  }

  supports(protocolName: string): boolean {
    return this.membership.protocols.some((protocol) => protocol.name === protocolName)
  }

  metadataFor(protocolName: string | null): Uint8Array {
    return this.membership.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? nothing
  }

  /** Whether its membership says what a record says, which holds one protocol only. */
  hasMembership({ protocols, sessionTimeoutMs, rebalanceTimeoutMs }: Membership): boolean {
    const own = this.membership
    return (
      own.sessionTimeoutMs === sessionTimeoutMs &&
      own.rebalanceTimeoutMs === rebalanceTimeoutMs &&
      protocols.every(
        ({ name, metadata }) => this.supports(name) && Buffer.compare(this.metadataFor(name), metadata) === 0,
      )
    )
  }

  /** The same protocols in the same order with the same metadata: a rejoin that changes nothing. */
  hasProtocols(protocols: readonly GroupProtocol[]): boolean {
    const own = this.membership.protocols
    return (
      own.length === protocols.length &&
      own.every((protocol, i) => {
        const other = protocols[i]!
        return protocol.name === other.name && Buffer.compare(protocol.metadata, other.metadata) === 0
      })
    )
  }
}
