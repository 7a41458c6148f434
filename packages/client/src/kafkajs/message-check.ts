import { KafkaJSError, KafkaJSNonRetriableError } from './errors.ts'
import type { Message } from './types/message.ts'
import type { TopicMessages } from './types/producer.ts'

/** Whether a producer may send, in the course of its life. */
export type ConnectionStatus = 'disconnected' | 'connected' | 'disconnecting'

export function checkStatus(status: ConnectionStatus): void {
  if (status === 'disconnecting')
    throw new KafkaJSNonRetriableError(
      "The producer is disconnecting; therefore, it can't safely accept messages anymore",
    )
  if (status === 'disconnected') throw new KafkaJSError('The producer is disconnected')
}

/** Throws for what cannot be sent. */
export function checkMessages(topicMessages: readonly TopicMessages[], acks: number, idempotent: boolean): void {
  if (topicMessages.some(({ topic }) => !topic)) throw new KafkaJSNonRetriableError('Invalid topic')
  if (idempotent && acks !== -1)
    throw new KafkaJSNonRetriableError(
      "Not requiring ack for all messages invalidates the idempotent producer's EoS guarantees",
    )
  for (const { topic, messages } of topicMessages) {
    if (!messages) throw new KafkaJSNonRetriableError(`Invalid messages array [${messages}] for topic "${topic}"`)
    const wrong = messages.find((message: Partial<Message>) => message.value === undefined)
    if (wrong !== undefined) {
      const text = JSON.stringify(wrong)
      throw new KafkaJSNonRetriableError(`Invalid message without value for topic "${topic}": ${text}`)
    }
  }
}
