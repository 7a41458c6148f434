import { types } from 'node:util'
import { type ErrorName, errorOf, errors } from '@ottla/protocol'
import { advice } from '../error-advice.ts'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import {
  KafkaJSConnectionClosedError,
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
  KafkaJSSASLAuthenticationError,
  KafkaJSServerDoesNotSupportApiKey,
} from './errors.ts'
import { protocolTexts } from './protocol-texts.ts'

/** Names that Kafka has changed since kafkajs took them over. */
const formerNames: Partial<Record<ErrorName, string>> = {
  UNKNOWN_SERVER_ERROR: 'UNKNOWN',
  NOT_LEADER_OR_FOLLOWER: 'NOT_LEADER_FOR_PARTITION',
  COORDINATOR_LOAD_IN_PROGRESS: 'GROUP_LOAD_IN_PROGRESS',
  COORDINATOR_NOT_AVAILABLE: 'GROUP_COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR: 'NOT_COORDINATOR_FOR_GROUP',
}

const kafkaNames = new Set<string>(errors.map(({ name }) => name))

/** The fields of a protocol error, of which the error classes are made. */
function protocolFields(code: number): { type: string; code: number; retriable: boolean; message: string } {
  const { name, retriable } = errorOf(code)
  return {
    type: formerNames[name as ErrorName] ?? name,
    code,
    retriable,
    message: protocolTexts[code] ?? advice(name) ?? name,
  }
}

/** The error of a code that a broker has answered with. */
export const protocolError = (code: number): KafkaJSProtocolError =>
  new KafkaJSProtocolError(protocolFields(code) as unknown as Error)

/** Throws it, if there is one. */
export function throwProtocolError(code: number): void {
  if (code !== 0) throw protocolError(code)
}

/** An error, of this realm or of another, as those of test runners and of Node within them. */
export const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value)

/** Any error of this client in the form in which kafkajs has it. What is neither's stays as it is. */
export function translated(error: unknown): Error {
  if (error instanceof OttlaError && error.cause instanceof KafkaJSError) return error.cause
  if (error instanceof OttlaError) return withCause(translatedOttla(error), error)
  if (isError(error)) return error
  return new KafkaJSNonRetriableError(asOttlaError(error).message)
}

/** The same for whatever a promise fails with. */
export async function translating<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw translated(error)
  }
}

function translatedOttla(error: OttlaError): KafkaJSError {
  const { name, message, broker } = error
  switch (name) {
    case 'SASL_AUTHENTICATION_FAILED':
    case 'UNSUPPORTED_SASL_MECHANISM':
    case 'ILLEGAL_SASL_STATE':
      return new KafkaJSSASLAuthenticationError(message)
    case 'NETWORK_EXCEPTION':
    case 'TLS_FAILED':
      return connectionError(error)
    case 'UNSUPPORTED_VERSION':
      return new KafkaJSServerDoesNotSupportApiKey(message)
    case 'CLIENT_CLOSED':
      return new KafkaJSConnectionClosedError('Closed connection', addressOf(broker))
    case 'REQUEST_TIMED_OUT':
      // The broker's own word for it says nothing of which broker.
      if (broker !== undefined) return new KafkaJSRequestTimeoutError(message, { broker })
  }
  if (kafkaNames.has(name))
    return new KafkaJSProtocolError({
      ...protocolFields(error.code),
      retriable: error.retriable,
      message: textOf(error),
    } as unknown as Error)
  return error.retriable ? new KafkaJSError(message) : new KafkaJSNonRetriableError(message)
}

/** Kafka's short text where the broker said nothing of its own, for programs compare it. */
const textOf = (error: OttlaError): string => protocolTexts[error.code] ?? error.message

function connectionError(error: OttlaError): KafkaJSConnectionError {
  const { code, message } = rootOf(error)
  const metadata = { ...(error.broker !== undefined && { broker: error.broker }), ...(code !== undefined && { code }) }
  return new KafkaJSConnectionError(code === undefined ? error.message : `Connection error: ${message}`, metadata)
}

function rootOf(error: Error): NodeJS.ErrnoException {
  let root: Error = error
  while (isError(root.cause)) root = root.cause
  return root instanceof OttlaError ? { name: root.name, message: root.message } : root
}

function addressOf(broker: string | undefined): { host?: string; port?: number } {
  const match = /^(.*):(\d+)/.exec(broker ?? '')
  return match === null ? {} : { host: match[1]!, port: Number(match[2]) }
}

function withCause(error: KafkaJSError, cause: Error): KafkaJSError {
  if (error.cause === undefined) Object.defineProperty(error, 'cause', { value: cause, configurable: true })
  return error
}
