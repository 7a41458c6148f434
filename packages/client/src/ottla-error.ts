import { type ErrorName, errorOf, errors, KafkaError } from '@ottla/protocol'
import { advice } from './error-advice.ts'
import type { SchemaIssue } from './topic/standard-schema.ts'

/** What goes wrong on this side of the wire, with codes that Kafka does not use. True: trying again may help. */
const ownErrors = {
  CLIENT_CLOSED: [-100],
  INVALID_ARGUMENT: [-101],
  OPERATION_ABORTED: [-102],
  DELIVERY_TIMEOUT: [-103],
  MEMORY_LIMIT_REACHED: [-104, true],
  MALFORMED_RESPONSE: [-105],
  UNSUPPORTED_BY_BROKER: [-106],
  PROCESSING_FAILED: [-107],
  TLS_FAILED: [-108],
  SERIALIZATION_FAILED: [-109],
  DESERIALIZATION_FAILED: [-110],
} as const satisfies Record<string, readonly [code: number, retriable?: true]>

export type OwnErrorName = keyof typeof ownErrors
/** Kafka's name of an error, or one of this client's own, which have codes of -100 and below. */
export type OttlaErrorName = ErrorName | OwnErrorName

/** What an error concerns. */
export interface ErrorContext {
  /** `HOST:PORT`, with the broker's id if it is known. */
  readonly broker?: string | undefined
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  /** Of the record. */
  readonly offset?: number | undefined
  readonly group?: string | undefined
  readonly transactionalId?: string | undefined
}

export interface OttlaErrorOptions extends ErrorContext {
  /** What happened. Without it, what the error means in general. */
  readonly message?: string | undefined
  /** The message says already whom it concerns and what to do. */
  readonly messageIsWhole?: boolean
  readonly cause?: unknown
  /** What a schema finds wrong with a value. */
  readonly issues?: readonly SchemaIssue[] | undefined
  /** Where it differs from Kafka's table. */
  readonly retriable?: boolean
}

const kafkaByName = new Map(errors.map((info) => [info.name, info]))

/**
 * Every error of this client. `name` and `code` are Kafka's (`NOT_LEADER_OR_FOLLOWER`, 6), or of this client's own list
 * (code -100 and below). `retriable`: the same call may succeed later; the client has tried for as long as it was
 * allowed to. The message says what happened, to what, and what to do.
 */
export class OttlaError extends Error {
  override readonly name: OttlaErrorName
  readonly code: number
  readonly retriable: boolean
  readonly broker: string | undefined
  readonly topic: string | undefined
  readonly partition: number | undefined
  readonly offset: number | undefined
  readonly group: string | undefined
  readonly transactionalId: string | undefined
  /** What a schema finds wrong with a value, each with its place in it. */
  readonly issues: readonly SchemaIssue[] | undefined

  constructor(name: OttlaErrorName, options: OttlaErrorOptions = {}) {
    super(sentence(name, options), options.cause === undefined ? undefined : { cause: options.cause })
    const [code, retriable] = rowOf(name)
    this.name = name
    this.code = code
    this.retriable = options.retriable ?? retriable
    this.broker = options.broker
    this.topic = options.topic
    this.partition = options.partition
    this.offset = options.offset
    this.group = options.group
    this.transactionalId = options.transactionalId
    this.issues = options.issues
  }
}

/** The error of a code that a broker answered with, or undefined for 0. `message` is the broker's own, if it gave one. */
export function brokerError(
  code: number,
  message: string | null | undefined,
  context: ErrorContext = {},
): OttlaError | undefined {
  if (code === 0) return undefined
  const name = errorOf(code).name as ErrorName
  const isKnown = name !== 'UNKNOWN_SERVER_ERROR' || code === -1
  const parts = [
    isKnown ? undefined : `the broker answers with error ${code}, which this client does not know`,
    message,
  ]
  const said = [...parts, advice(name)].filter((part) => part !== undefined && part !== null && part !== '')
  return new OttlaError(name, { ...context, message: said.length === 0 ? undefined : said.join(': ') })
}

/** Throws if a broker answered with an error. */
export function throwBrokerError(code: number, message: string | null | undefined, context: ErrorContext = {}): void {
  const error = brokerError(code, message, context)
  if (error !== undefined) throw error
}

/** Anything that was thrown, as this client's error. */
export function asOttlaError(error: unknown, context: ErrorContext = {}): OttlaError {
  if (error instanceof OttlaError) return error
  const message = error instanceof Error ? error.message : String(error)
  const name = error instanceof KafkaError ? (error.name as ErrorName) : 'UNKNOWN_SERVER_ERROR'
  return new OttlaError(name, { ...context, message, cause: error })
}

function rowOf(name: OttlaErrorName): readonly [code: number, retriable: boolean] {
  if (Object.hasOwn(ownErrors, name)) {
    const row: readonly [number, true?] = ownErrors[name as OwnErrorName]
    return [row[0], row[1] === true]
  }
  const info = kafkaByName.get(name)!
  return [info.code, info.retriable]
}

function sentence(name: OttlaErrorName, options: OttlaErrorOptions): string {
  if (options.message !== undefined && options.messageIsWhole === true) return options.message
  const concerned = [
    options.topic !== undefined && placeOf(options),
    options.group !== undefined && `group ${options.group}`,
    options.transactionalId !== undefined && `transactional id ${options.transactionalId}`,
    options.broker !== undefined && `broker ${options.broker}`,
  ].filter((part) => part !== false)
  return `${options.message ?? advice(name) ?? name}${concerned.length === 0 ? '' : ` (${concerned.join('; ')})`}`
}

function placeOf({ topic, partition, offset }: ErrorContext): string {
  const parts = [
    `topic ${topic}`,
    partition !== undefined && `partition ${partition}`,
    offset !== undefined && `offset ${offset}`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}
