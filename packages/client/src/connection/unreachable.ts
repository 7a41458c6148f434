import { OttlaError } from '../ottla-error.ts'
import type { Endpoint } from './endpoint.ts'

/** What Node's errors of TLS mean; none of them passes by itself. */
const tlsFailures: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; give it, or who signed it, as tls: { ca }',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority; give that as tls: { ca }',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority; give that as tls: { ca }',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority; give that as tls: { ca }',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; set tls: { serverName } if that is right',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; leave the option tls out, or take another port',
}

/** The error of a connection that does not come about. It names the address, and says where that comes from. */
export function unreachable(endpoint: Endpoint, cause: unknown, withTls = false): OttlaError {
  const { code, message: said } = cause as NodeJS.ErrnoException
  const address = `${endpoint.host}:${endpoint.port}`
  const broker = endpoint.id === undefined ? address : `${address} (id ${endpoint.id})`
  const tlsFailure = tlsFailures[code ?? '']
  if (tlsFailure !== undefined)
    return new OttlaError('TLS_FAILED', { message: `no TLS with this broker: ${tlsFailure}`, broker, cause })
  const why = withTls && code === 'ECONNRESET' ? 'it closed the connection; does this port speak TLS?' : (code ?? said)
  const message =
    endpoint.id === undefined
      ? `cannot connect to the bootstrap server ${address} (${why}); is a broker running there?`
      : `cannot connect to broker ${endpoint.id} at ${address} (${why}). This is the address that the cluster advertises; ` +
        "if it cannot be reached from here, change the broker's advertised.listeners"
  return new OttlaError('NETWORK_EXCEPTION', { message, messageIsWhole: true, broker, cause })
}
