import type { SaslOptions } from '@ottla/client'
import { CommandError } from './command-error.ts'
import { parsedJaasConfig } from './jaas-config.ts'

/** PEM, or the file that it is in. */
export type Pem = { readonly text: string } | { readonly file: string }

export interface TlsSource {
  readonly ca?: Pem | undefined
  readonly cert?: Pem | undefined
  readonly key?: Pem | undefined
  readonly passphrase?: string | undefined
  readonly checkServerName?: boolean
}

/** What a file of Kafka's client settings says of the way to the cluster. What it says of other things does not count here. */
export interface ClientProperties {
  readonly bootstrap?: string | undefined
  readonly clientId?: string | undefined
  readonly tls?: TlsSource | undefined
  readonly sasl?: SaslOptions | undefined
}

/** Reads settings by the names that Kafka's own clients have for them. */
export function clientProperties(properties: ReadonlyMap<string, string>): ClientProperties {
  const protocol = (properties.get('security.protocol') ?? 'PLAINTEXT').toUpperCase()
  if (!['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(protocol))
    throw new CommandError(`security.protocol is ${protocol}, and can be PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL`)
  return {
    bootstrap: properties.get('bootstrap.servers'),
    clientId: properties.get('client.id'),
    tls: protocol.endsWith('SSL') ? tlsOf(properties) : undefined,
    sasl: protocol.startsWith('SASL') ? saslOf(properties) : undefined,
  }
}

function tlsOf(properties: ReadonlyMap<string, string>): TlsSource {
  // A keystore of type PEM holds the key and its certificates in one file.
  const keystore = pem(properties, 'ssl.keystore.location')
  return {
    ca: inlinePem(properties, 'ssl.truststore.certificates') ?? pem(properties, 'ssl.truststore.location'),
    cert: inlinePem(properties, 'ssl.keystore.certificate.chain') ?? keystore,
    key: inlinePem(properties, 'ssl.keystore.key') ?? keystore,
    passphrase: properties.get('ssl.key.password'),
    checkServerName: properties.get('ssl.endpoint.identification.algorithm') !== '',
  }
}

function pem(properties: ReadonlyMap<string, string>, name: string): Pem | undefined {
  const file = properties.get(name)
  return file === undefined ? undefined : { file }
}

function inlinePem(properties: ReadonlyMap<string, string>, name: string): Pem | undefined {
  const text = properties.get(name)
  return text === undefined ? undefined : { text }
}

function saslOf(properties: ReadonlyMap<string, string>): SaslOptions {
  const config = properties.get('sasl.jaas.config')
  const { module = '', options } = config === undefined ? {} : parsedJaasConfig(config)
  const mechanism = properties.get('sasl.mechanism') ?? (module === 'PlainLoginModule' ? 'PLAIN' : undefined)
  switch (mechanism) {
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const username = options?.get('username')
      const password = options?.get('password')
      if (username === undefined || password === undefined)
        throw new CommandError('sasl.jaas.config has no username and password, which SASL needs')
      return { mechanism, username, password }
    }
    case undefined:
      throw new CommandError('sasl.mechanism is missing; it can be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512')
    case 'OAUTHBEARER':
      throw new CommandError(
        'the way to a token of OAUTHBEARER can not be read from the file; leave SASL out of it, and give --sasl-mechanism and --sasl-token',
      )
    default:
      throw new CommandError(
        `sasl.mechanism ${mechanism} is not there; it can be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`,
      )
  }
}
