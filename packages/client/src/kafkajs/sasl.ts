import type { CustomSaslOptions, SaslOptions } from '../connection/sasl/mechanism.ts'
import { OttlaError } from '../ottla-error.ts'
import { KafkaJSSASLAuthenticationError } from './errors.ts'
import type { Mechanism, SASLOptions, SaslAuthenticateArgs } from './types/kafka.ts'
import type { Logger } from './types/logging.ts'

/** The options of kafkajs as this client's. */
export function saslOptions(sasl: SASLOptions | Mechanism, logger: Logger): SaslOptions {
  const mechanism = sasl.mechanism.toUpperCase()
  if ('authenticationProvider' in sasl) return foreignMechanism(sasl, logger)
  switch (sasl.mechanism) {
    case 'oauthbearer':
      return { mechanism: 'OAUTHBEARER', token: () => oauthToken(sasl.oauthBearerProvider) }
    case 'aws':
      return awsMechanism(sasl)
    default: {
      const { username, password } = sasl
      if (username == null || password == null)
        throw new KafkaJSSASLAuthenticationError(`SASL ${named(mechanism)}: Invalid username or password`)
      return { mechanism: mechanism as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512', username, password }
    }
  }
}

/** As kafkajs writes it in messages: `SCRAM SHA256`. */
export const named = (mechanism: string): string => mechanism.replace(/^SCRAM-SHA-/, 'SCRAM SHA')

async function oauthToken(
  provider: (() => Promise<{ value: string; extensions?: Record<string, string> }>) | undefined,
) {
  const token = await provider?.()
  if (token?.value != null) return token
  const message = provider === undefined ? 'Missing OAuth bearer token provider' : 'Invalid OAuth bearer token'
  throw new OttlaError('SASL_AUTHENTICATION_FAILED', { message: `SASL OAUTHBEARER: ${message}` })
}

function awsMechanism(sasl: Extract<SASLOptions, { mechanism: 'aws' }>): CustomSaslOptions {
  const { authorizationIdentity, accessKeyId, secretAccessKey, sessionToken = '' } = sasl
  for (const [name, value] of Object.entries({ authorizationIdentity, accessKeyId, secretAccessKey }))
    if (!value) throw new KafkaJSSASLAuthenticationError(`SASL AWS-IAM: Missing ${name}`)
  const message = [authorizationIdentity, accessKeyId, secretAccessKey, sessionToken].join('\0')
  return {
    mechanism: 'AWS',
    authenticate: async (_broker, say) => {
      await say(Buffer.from(message))
    },
  }
}

function foreignMechanism({ mechanism, authenticationProvider }: Mechanism, logger: Logger): CustomSaslOptions {
  const name = mechanism.toUpperCase()
  return {
    mechanism: name,
    authenticate: async ({ host, port }, say) => {
      const saslAuthenticate = async <Parsed>({ request, response }: SaslAuthenticateArgs<Parsed>) => {
        const answer = await say(withoutLength(await request.encode()))
        if (response === undefined) return undefined
        return response.parse(await response.decode(withLength(answer)))
      }
      const namespaced = logger.namespace(`SaslAuthenticator-${name}`)
      await authenticationProvider({ host, port, logger: namespaced, saslAuthenticate }).authenticate()
    },
  }
}

/** Mechanisms for kafkajs write, and read, the length in front of the bytes. */
function withoutLength(bytes: Buffer): Buffer {
  const isLong = bytes.length >= 4 && bytes.readInt32BE() === bytes.length - 4
  return isLong ? bytes.subarray(4) : bytes
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
