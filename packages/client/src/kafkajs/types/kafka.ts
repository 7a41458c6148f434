import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { logLevel } from '../enums.ts'
import type { Logger, logCreator } from './logging.ts'

export type BrokersFunction = () => string[] | Promise<string[]>

export interface KafkaConfig {
  brokers: string[] | BrokersFunction
  ssl?: ConnectionOptions | boolean
  sasl?: SASLOptions | Mechanism
  clientId?: string
  connectionTimeout?: number
  authenticationTimeout?: number
  reauthenticationThreshold?: number
  requestTimeout?: number
  enforceRequestTimeout?: boolean
  retry?: RetryOptions
  socketFactory?: ISocketFactory
  logLevel?: logLevel
  logCreator?: logCreator
}

export interface RetryOptions {
  maxRetryTime?: number
  initialRetryTime?: number
  factor?: number
  multiplier?: number
  retries?: number
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
