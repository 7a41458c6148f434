import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { logLevel } from '../enums.ts'
import type { Logger, logCreator } from './logging.ts'

export type BrokersFunction = () => string[] | Promise<string[]>

export interface KafkaConfig {
  /** `HOST:PORT` of some brokers, or what finds them; the others are learnt from them. */
  brokers: string[] | BrokersFunction
  /** TLS: true, or what Node's `tls.connect` takes. */
  ssl?: ConnectionOptions | boolean
  sasl?: SASLOptions | Mechanism
  /** What brokers call this program in quotas and logs; `kafkajs` by default. */
  clientId?: string
  /** For a connection to come about, TLS included, in ms; 1000 by default. */
  connectionTimeout?: number
  /** For logging in, in ms, besides `connectionTimeout`; 10000 by default. */
  authenticationTimeout?: number
  /** Not used: sessions are renewed after 85 to 95 % of their time. */
  reauthenticationThreshold?: number
  /** For an answer to come, in ms; 30000 by default. */
  requestTimeout?: number
  /** False: answers may take as long as they like. */
  enforceRequestTimeout?: boolean
  retry?: RetryOptions
  /** Makes the sockets. */
  socketFactory?: ISocketFactory
  logLevel?: logLevel
  /** Takes log lines in place of the console. */
  logCreator?: logCreator
}

/** How often and after which pauses something is tried again. All times are in ms. */
export interface RetryOptions {
  /** No pause is longer; 30000 by default. */
  maxRetryTime?: number
  /** The first pause; 300 by default. */
  initialRetryTime?: number
  /** By which part of itself each pause varies; 0.2 by default. */
  factor?: number
  /** How many times longer each pause is than the one before; 2 by default. */
  multiplier?: number
  /** How often it is tried again; 5 by default. */
  retries?: number
  /** Whether a consumer that has used up its retries begins again; it does by default. */
  restartOnFailure?: (e: Error) => Promise<boolean>
}

export interface ISocketFactoryArgs {
  host: string
  port: number
  ssl: ConnectionOptions
  onConnect: () => void
}

export type ISocketFactory = (args: ISocketFactoryArgs) => Socket

interface Credentials {
  username: string
  password: string
}

interface MechanismOptions {
  plain: Credentials
  'scram-sha-256': Credentials
  'scram-sha-512': Credentials
  aws: { authorizationIdentity: string; accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  oauthbearer: { oauthBearerProvider: () => Promise<OauthbearerProviderResponse> }
}

export interface OauthbearerProviderResponse {
  value: string
}

export type SASLMechanism = keyof MechanismOptions
export type SASLOptions = { [M in SASLMechanism]: { mechanism: M } & MechanismOptions[M] }[SASLMechanism]

interface SaslRequest {
  encode: () => Buffer | Promise<Buffer>
}

interface SaslResponse<Parsed> {
  decode: (rawResponse: Buffer) => Buffer | Promise<Buffer>
  parse: (data: Buffer) => Parsed
}

export type SaslAuthenticateArgs<Parsed> = { request: SaslRequest; response?: SaslResponse<Parsed> }

export type AuthenticationProviderArgs = {
  host: string
  port: number
  logger: Logger
  saslAuthenticate: <Parsed>(args: SaslAuthenticateArgs<Parsed>) => Promise<Parsed | void>
}

export type Authenticator = { authenticate: () => Promise<void> }

/** A SASL mechanism from elsewhere. */
export type Mechanism = {
  mechanism: string
  authenticationProvider: (args: AuthenticationProviderArgs) => Authenticator
}
