import { OttlaError } from '@ottla/client'
import { parsedAddress } from '@ottla/runtime'
import { defaultBootstrap } from './client-config.ts'
import { CommandError } from './command-error.ts'

/** What went wrong, in one sentence that says what to do. */
export function failureText(error: unknown): string {
  if (error instanceof OttlaError) return firstLine(tlsText(error) ?? inOwnOptions(error.message))
  return firstLine(error instanceof Error ? error.message : String(error))
}

/** Nothing could be connected to. */
export function unreachableError(error: unknown, bootstrap: string): CommandError {
  const cause = error instanceof OttlaError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
  const text = connectTexts[cause?.code ?? '']?.(bootstrap) ?? failureText(error)
  return new CommandError(text, { cause: error })
}

const notKnown = (bootstrap: string) =>
  `the host name of ${bootstrap} is not known; give another address with --bootstrap HOST:PORT`

const connectTexts: Readonly<Record<string, (bootstrap: string) => string>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: notKnown,
  EAI_AGAIN: notKnown,
}

function refused(bootstrap: string): string {
  const host = parsedAddress(bootstrap)?.host ?? ''
  const isHere = host === 'localhost' || host === '::1' || host.startsWith('127.')
  if (!isHere) return `no broker answers at ${bootstrap}; see whether it runs, or give another address with --bootstrap`
  const listen = bootstrap === defaultBootstrap ? '' : ` --listen ${bootstrap}`
  return `no broker answers at ${bootstrap}; start one with \`ottla start${listen}\``
}

const trust = 'give the certificate of who signed it with --tls-ca FILE'
const tlsTexts: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed; give it with --tls-ca FILE`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate is signed by an unknown authority; ${trust}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate is signed by an unknown authority; ${trust}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its certificate is signed by an unknown authority; ${trust}`,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; give that with --tls-server-name if it is right',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; leave --tls out, or take another port',
}

/** The client's own words name its options, not those of this program. */
function tlsText(error: OttlaError): string | undefined {
  if (error.name !== 'TLS_FAILED') return undefined
  const text = tlsTexts[(error.cause as NodeJS.ErrnoException | undefined)?.code ?? '']
  return text && `no TLS with the broker at ${error.broker}: ${text}`
}

/** Options of the client, where its messages name them, as this program has them. */
const ownOptions = [
  ['connect with the option tls', 'connect with --tls'],
  ['leave the option tls out', 'leave --tls out'],
  ['leave the option sasl out', 'leave --sasl-mechanism out'],
] as const

const inOwnOptions = (message: string): string =>
  ownOptions.reduce((text, [option, own]) => text.replace(option, own), message)

const firstLine = (text: string) => text.split('\n', 1)[0]!
