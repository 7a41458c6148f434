import { resolve } from 'node:path'
import type { ClientOptions, OauthOptions, PasswordOptions, SaslOptions } from '@ottla/client'
import type { Runtime, TlsConnectOptions } from '@ottla/runtime'
import type { ConnectionArguments } from '../arguments/connection-options.ts'
import { parsedProperties } from '../properties-file.ts'
import { type ClientProperties, clientProperties, type Pem, type TlsSource } from './client-properties.ts'
import { CommandError, UsageError } from './command-error.ts'

export const defaultBootstrap = '127.0.0.1:9092'

/** The client's options, from those of the command and from the file that it names. The command's count first. */
export async function clientConfig(
  options: ConnectionArguments,
  runtime: Runtime,
): Promise<ClientOptions & { readonly bootstrap: string }> {
  const file: ClientProperties = options.config === undefined ? {} : await propertiesOf(options.config, runtime)
  const tls = await tlsOptions(options, file.tls, runtime)
  const sasl = saslOptions(options) ?? file.sasl
  return {
    bootstrap: options.bootstrap ?? file.bootstrap ?? defaultBootstrap,
    clientId: file.clientId ?? 'ottla-cli',
    ...(tls !== undefined && { tls }),
    ...(sasl !== undefined && { sasl }),
    requestTimeoutMs: options.timeout,
    connectTimeoutMs: Math.min(10_000, options.timeout),
    runtime,
  }
}

async function propertiesOf(path: string, runtime: Runtime): Promise<ClientProperties> {
  const content = await readText(path, runtime)
  try {
    return clientProperties(parsedProperties(content))
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`${path}: ${error.message}`)
    throw error
  }
}

async function readText(path: string, { files }: Runtime): Promise<string> {
  try {
    return (await files.readFile(resolve(path))).toString('utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new CommandError(`can not read ${path}: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause })
  }
}

async function tlsOptions(
  options: ConnectionArguments,
  fromFile: TlsSource | undefined,
  runtime: Runtime,
): Promise<TlsConnectOptions | undefined> {
  const { tlsCa, tlsCert, tlsKey, tlsServerName, tlsInsecure } = options
  const isAsked = options.tls ?? tlsCa ?? tlsCert ?? tlsKey ?? tlsServerName ?? tlsInsecure
  if (isAsked === undefined && fromFile === undefined) return undefined
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw new UsageError('--tls-cert and --tls-key go together')
  const given = (file: string | undefined, other: Pem | undefined) =>
    readPem(file === undefined ? other : { file }, runtime)
  const [ca, cert, key] = await Promise.all([
    given(tlsCa, fromFile?.ca),
    given(tlsCert, fromFile?.cert),
    given(tlsKey, fromFile?.key),
  ])
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(fromFile?.passphrase !== undefined && { passphrase: fromFile.passphrase }),
    ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    ...(fromFile?.checkServerName === false && { checkServerName: false }),
    ...(tlsInsecure === true && { rejectUnauthorized: false }),
  }
}

async function readPem(pem: Pem | undefined, runtime: Runtime): Promise<string | undefined> {
  if (pem === undefined) return undefined
  const text = 'text' in pem ? pem.text : await readText(pem.file, runtime)
  if (text.includes('-----BEGIN ')) return text
  const where = 'text' in pem ? 'the certificate or key in the file' : pem.file
  throw new CommandError(
    `${where} is not PEM; of a PKCS12 store, "openssl pkcs12 -in STORE -out FILE.pem" makes a file that is (of a JKS store, "keytool -importkeystore" makes a PKCS12 one)`,
  )
}

function saslOptions(options: ConnectionArguments): SaslOptions | undefined {
  const { saslUsername: username, saslPassword: password, saslToken: token } = options
  // A password or a token that lies in the environment does not ask for SASL by itself.
  if (options.saslMechanism === undefined && username === undefined) return undefined
  const mechanism = (options.saslMechanism ?? 'PLAIN') as PasswordOptions['mechanism'] | OauthOptions['mechanism']
  if (mechanism === 'OAUTHBEARER') {
    if (token === undefined)
      throw new UsageError('OAUTHBEARER needs --sasl-token, or OTTLA_SASL_TOKEN in the environment')
    return { mechanism, token }
  }
  if (username === undefined) throw new UsageError(`${mechanism} needs --sasl-username`)
  if (password === undefined)
    throw new UsageError(`${mechanism} needs --sasl-password, or OTTLA_SASL_PASSWORD in the environment`)
  return { mechanism, username, password }
}
