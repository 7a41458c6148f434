import {
  describeGroupsRequest,
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  syncGroupRequest,
} from '@ottla/protocol'
import { eventually } from '../../harness/command.ts'
import type { Side } from '../side.ts'

export type Protocols = readonly (readonly [name: string, metadata: string])[]

interface MemberOptions {
  /** The versions that it speaks. */
  readonly join: number
  readonly sync?: number
  readonly instanceId?: string
  readonly sessionTimeoutMs?: number
}

interface Join {
  readonly protocols?: Protocols
  readonly protocolType?: string
}

const rebalanceInProgress = 27
const memberIdRequired = 79

/** A member of a classic group that says what a case wants said, on a connection of its own. */
export class Member {
  readonly group: string
  id = ''
  generation = -1
  private readonly side: Side
  private readonly options: MemberOptions
  private readonly on: string
  private protocols: Protocols
  private protocolType = 'consumer'
  private protocol = 'range'

  constructor(side: Side, group: string, options: MemberOptions, on = 'member') {
    this.side = side
    this.group = group
    this.options = options
    this.on = `${on} of ${group}`
    // Too short for a list of topics: Kafka reads these bytes, and a large length in them makes its coordinator run out of
    // memory and complete no join of any group any more.
    this.protocols = [['range', `m${on.at(-1)}`]]
  }

  async join(step: string, { protocols = this.protocols, protocolType = this.protocolType }: Join = {}): Promise<any> {
    const body = {
      groupId: this.group,
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? 30_000,
      rebalanceTimeoutMs: 30_000,
      memberId: this.id,
      groupInstanceId: this.options.instanceId ?? null,
      protocolType,
      protocols: protocols.map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata) })),
      reason: 'because',
    }
    const answer = await this.side.ask(step, joinGroupRequest, this.options.join, body, { on: this.on })
    if (answer.errorCode === memberIdRequired) this.id = answer.memberId
    if (answer.errorCode !== 0) return answer
    this.id = answer.memberId
    this.generation = answer.generationId
    this.protocol = answer.protocolName
    this.protocols = protocols
    this.protocolType = protocolType
    return answer
  }

  /** Joins, with a second request where the first only brings an id. */
  async admitted(step: string, protocols = this.protocols, protocolType = this.protocolType): Promise<void> {
    const { errorCode } = await this.join(step, { protocols, protocolType })
    if (errorCode === memberIdRequired) await this.join(`${step}, with its id`, { protocols, protocolType })
  }

  admit(protocols?: Protocols, protocolType?: string): Promise<void> {
    return this.admitted('admitted', protocols, protocolType)
  }

  sync(step: string): Promise<any> {
    return this.syncAll(step, [this])
  }

  syncAll(step: string, members: readonly Member[]): Promise<any> {
    const body = {
      groupId: this.group,
      generationId: this.generation,
      memberId: this.id,
      groupInstanceId: this.options.instanceId ?? null,
      protocolType: this.protocolType,
      protocolName: this.protocol,
      assignments: members.map(({ id, on }) => ({ memberId: id, assignment: Buffer.from(on.split(' ')[0]!) })),
    }
    return this.side.ask(step, syncGroupRequest, this.options.sync ?? 5, body, { on: this.on })
  }

  beat(step: string): Promise<any> {
    return this.side.ask(step, heartbeatRequest, 4, this.heartbeat(), { on: this.on })
  }

  async waitForRebalance(step: string): Promise<void> {
    await eventually('a rebalance', async () => {
      const { errorCode } = await this.side.tell(heartbeatRequest, 4, this.heartbeat(), { on: this.on })
      return errorCode === rebalanceInProgress ? true : undefined
    })
    await this.beat(step)
  }

  leave(step: string): Promise<any> {
    const members = [{ memberId: this.id, groupInstanceId: this.options.instanceId ?? null }]
    return this.side.ask(step, leaveGroupRequest, 4, { groupId: this.group, members }, { on: this.on })
  }

  describe(step: string): Promise<any> {
    return this.side.ask(step, describeGroupsRequest, 5, { groups: [this.group] }, { on: this.on })
  }

  private heartbeat() {
    return {
      groupId: this.group,
      generationId: this.generation,
      memberId: this.id,
      groupInstanceId: this.options.instanceId ?? null,
    }
  }
}
