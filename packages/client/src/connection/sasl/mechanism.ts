import type { Address } from '@ottla/runtime'

/** One run of a SASL mechanism, from this client's side. */
export interface SaslExchange {
  /** The first message. */
  begin(): Promise<Uint8Array>
  /** Answers what the broker said; undefined: there is nothing left to say. Throws if the broker is not what it claims to be. */
  answer(challenge: Buffer): Promise<Uint8Array | undefined>
}

/** A value, or a function that finds it anew for each login. */
export type Provided<T> = T | (() => T | Promise<T>)

export const provided = async <T extends string | object>(value: Provided<T>): Promise<T> =>
  typeof value === 'function' ? await (value as () => T | Promise<T>)() : value

/** Login by name and password: SASL PLAIN, or SCRAM (RFC 5802), which does not send the password. */
export interface PasswordOptions {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: Provided<string>
  readonly password: Provided<string>
}

/** A bearer token for OAUTHBEARER. */
export interface OauthToken {
  /** The token as it is sent, mostly a JWT. */
  readonly value: string
  /** SASL extensions (KIP-342), for brokers that ask for some. */
  readonly extensions?: Readonly<Record<string, string>>
}

/** Login by a token (OAUTHBEARER, KIP-255). */
export interface OauthOptions {
  readonly mechanism: 'OAUTHBEARER'
  /** Asked for at each login, and before the broker ends the session. */
  readonly token: Provided<string | OauthToken>
}

/** A mechanism that this client does not have, as AWS_MSK_IAM. */
export interface CustomSaslOptions {
  readonly mechanism: string
  /** Called for each login. `say` sends bytes to the broker, and gives what it answers. Throws to give up. */
  readonly authenticate: (broker: Address, say: (bytes: Uint8Array) => Promise<Buffer>) => Promise<void>
}

/** How to log in at the brokers. */
export type SaslOptions = PasswordOptions | OauthOptions | CustomSaslOptions
