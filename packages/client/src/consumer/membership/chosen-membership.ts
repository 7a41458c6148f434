import { consumerGroupHeartbeatRequest } from '@ottla/protocol'
import { asOttlaError, OttlaError, type OttlaErrorName } from '../../ottla-error.ts'
import { cooperativeStickyAssignor } from '../assignor/cooperative-sticky.ts'
import { ClassicMembership, type ClassicMembershipParts } from './classic-membership.ts'
import { ConsumerGroupMembership } from './consumer-group-membership.ts'
import type { LeaveOptions, MemberIdentity, Membership } from './membership.ts'

/** Version 0 has the broker make member ids, which was given up before the protocol was final. */
const firstStableVersion = 1
const refusals = new Set<OttlaErrorName>(['UNSUPPORTED_VERSION', 'INCONSISTENT_GROUP_PROTOCOL'])

/**
 * The membership by the protocol that is wanted; `auto` is decided when a broker can be asked: by KIP-848 if it has that
 * and no assignors are given, which only classic groups have.
 */
class ChosenMembership implements Membership {
  readonly #parts: ClassicMembershipParts
  #chosen: Membership | undefined
  #choosing: Promise<void> = Promise.resolve()
  readonly #leaving = new AbortController()

  constructor(parts: ClassicMembershipParts) {
    this.#parts = parts
  }

  get identity(): MemberIdentity | undefined {
    return this.#chosen?.identity
  }

  start(): void {
    const { groupProtocol, assignors } = this.#parts.settings
    const brings = assignors.length > 1 || assignors[0] !== cooperativeStickyAssignor
    if (groupProtocol === 'classic' || (groupProtocol === 'auto' && brings)) this.#choose('classic')
    else this.#choosing = this.#ask().catch((error) => this.#parts.host.ended(asOttlaError(error)))
  }

  subscriptionChanged(): void {
    this.#chosen?.subscriptionChanged()
  }

  async leave(options: LeaveOptions): Promise<void> {
    this.#leaving.abort()
    await this.#choosing
    await this.#chosen?.leave(options)
  }

  async #ask(): Promise<void> {
    const { settings, host } = this.#parts
    const has = await this.#untilKnown()
    if (has === undefined) return
    if (has) return this.#choose('consumer')
    if (settings.groupProtocol === 'auto') return this.#choose('classic')
    const message = 'the broker does not have the group protocol of KIP-848; use groupProtocol auto or classic'
    host.ended(new OttlaError('UNSUPPORTED_VERSION', { message, group: settings.groupId }))
  }

  /** Whether the coordinator has the new protocol; undefined if the consumer closes before that is known. */
  async #untilKnown(): Promise<boolean | undefined> {
    const { cluster, settings, host } = this.#parts
    while (!this.#leaving.signal.aborted && !cluster.closed.aborted) {
      try {
        const coordinator = await cluster.coordinator('group', settings.groupId, { signal: this.#leaving.signal })
        const connection = await cluster.connection(coordinator, 'group')
        return (connection.versionOf(consumerGroupHeartbeatRequest) ?? -1) >= firstStableVersion
      } catch (error) {
        if (this.#leaving.signal.aborted || cluster.closed.aborted) return undefined
        // It goes on, and says so: a group that cannot be had is no quiet wait.
        host.troubled(asOttlaError(error, { group: settings.groupId }))
        cluster.forgetCoordinator('group', settings.groupId)
        await cluster.wheel.sleep(cluster.settings.retryBackoffMaxMs, this.#leaving.signal).catch(() => {})
      }
    }
    return undefined
  }

  #choose(protocol: 'classic' | 'consumer'): void {
    const parts = this.#parts
    this.#chosen =
      protocol === 'classic'
        ? new ClassicMembership(parts)
        : new ConsumerGroupMembership({ ...parts, host: { ...parts.host, ended: (error) => this.#ended(error) } })
    this.#chosen.start()
  }

  /** The broker may have the protocol and the cluster have it off, or the group may be kept to the classic one. */
  #ended(error: OttlaError): void {
    const mayBeClassic = this.#parts.settings.groupProtocol === 'auto' && refusals.has(error.name)
    if (mayBeClassic && this.#chosen?.identity === undefined) this.#choose('classic')
    else this.#parts.host.ended(error)
  }
}

/** A membership that has begun to join. */
export function joinGroup(parts: ClassicMembershipParts): Membership {
  const membership = new ChosenMembership(parts)
  membership.start()
  return membership
}
