// A member of a group of Kafka Streams (KIP-1071), as far as brokers and admins see one: it says what it would do.
import { randomUUID } from 'node:crypto'
import {
  type Decoded,
  decoder,
  Reader,
  readResponseHeader,
  requestFrame,
  streamsGroupHeartbeatRequest,
  streamsGroupHeartbeatResponse,
  Writer,
} from '@ottla/protocol'
import { Wire } from '../compat/differential/wire.ts'

const answerMs = 10_000

export class StreamsMember implements AsyncDisposable {
  readonly memberId = randomUUID()
  readonly #groupId: string
  readonly #wire = new Wire(process.env.OTTLA_TEST_KAFKA!)

  private constructor(groupId: string) {
    this.#groupId = groupId
  }

  /** Of a group that reads the topic of its name, and has no other topics. */
  static async join(groupId: string): Promise<StreamsMember> {
    const member = new StreamsMember(groupId)
    const subtopology = {
      subtopologyId: '0',
      sourceTopics: [groupId],
      sourceTopicRegex: [],
      stateChangelogTopics: [],
      repartitionSinkTopics: [],
      repartitionSourceTopics: [],
      copartitionGroups: [],
    }
    const joining = member.#heartbeat({
      memberEpoch: 0,
      rebalanceTimeoutMs: 60_000,
      processId: member.memberId,
      topology: { epoch: 1, subtopologies: [subtopology] },
      activeTasks: [],
      standbyTasks: [],
      warmupTasks: [],
      clientTags: [],
    })
    await joining.catch((error) => {
      member.#wire.close()
      throw error
    })
    return member
  }

  leave(): Promise<void> {
    return this.#heartbeat({ memberEpoch: -1 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.close()
  }

  async #heartbeat(fields: Partial<Decoded<typeof streamsGroupHeartbeatRequest>>): Promise<void> {
    const body = { groupId: this.#groupId, memberId: this.memberId, ...fields }
    const request = { request: streamsGroupHeartbeatRequest, version: 0, correlationId: 1, clientId: 'test', body }
    const frame = await this.#wire.exchange(requestFrame(new Writer(), request), answerMs)
    if (typeof frame === 'string') throw new Error(`the broker answers a member of streams with: ${frame}`)
    const reader = new Reader(frame)
    readResponseHeader(reader, streamsGroupHeartbeatResponse, 0)
    const { errorCode, errorMessage } = decoder(streamsGroupHeartbeatResponse, 0)(reader)
    if (errorCode !== 0) throw new Error(`error ${errorCode}: ${errorMessage}`)
  }
}
