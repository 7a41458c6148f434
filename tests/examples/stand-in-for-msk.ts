// A broker that takes logins as Amazon MSK does: over TLS, by OAUTHBEARER, with a request to AWS as the token whose
// signature it checks. It is made of the specification of AWS Signature Version 4, and of none of AWS' code.
import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server as TlsServer } from 'node:tls'
import {
  describeClusterRequest,
  describeClusterResponse,
  ErrorCode,
  metadataRequest,
  metadataResponse,
  saslAuthenticateRequest,
  saslAuthenticateResponse,
  saslHandshakeRequest,
  saslHandshakeResponse,
} from '@ottla/protocol'
import { nodeRuntime, silentLog } from '@ottla/runtime'
import { FakeBroker } from '../../packages/client/src/testing/fake-broker.ts'
import { makeKey, password } from '../client/secure-kafka.ts'
import { freePort } from '../compat/harness/kafka-server.ts'

const region = 'eu-west-3'
const key = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

export async function standInForMsk() {
  const directory = mkdtempSync(join(tmpdir(), 'ottla-msk-'))
  const store = join(directory, 'msk.p12')
  const certificate = join(directory, 'msk.pem')
  await makeKey(store, certificate)
  const [plainPort, port] = [await freePort(), await freePort()]
  const broker = fakeBroker(plainPort, port)
  await broker.start()
  const tls = await tlsInFrontOf(plainPort, port, store)
  return {
    env: {
      MSK_BOOTSTRAP: `localhost:${port}`,
      NODE_EXTRA_CA_CERTS: certificate,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: key.secret,
    },
    dispose: async () => {
      tls.close()
      await broker.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Answers nobody who has not logged in on the same connection. */
function fakeBroker(plainPort: number, port: number): FakeBroker {
  const loggedIn = new WeakSet<object>()
  const node = { host: 'localhost', port }
  const address = { host: '127.0.0.1', port: plainPort }
  return new FakeBroker(nodeRuntime(silentLog), { id: 1, address })
    .on(saslHandshakeRequest, saslHandshakeResponse, () => ({ mechanisms: ['OAUTHBEARER'] }))
    .on(saslAuthenticateRequest, saslAuthenticateResponse, ({ authBytes }, { connection }) => {
      const problem = problemOf(Buffer.from(authBytes).toString())
      if (problem !== undefined) return { errorCode: ErrorCode.SASL_AUTHENTICATION_FAILED, errorMessage: problem }
      loggedIn.add(connection)
      return { sessionLifetimeMs: 900_000 }
    })
    .on(metadataRequest, metadataResponse, (_, { connection }) =>
      loggedIn.has(connection) ? { brokers: [{ nodeId: 1, ...node }], controllerId: 1 } : undefined,
    )
    .on(describeClusterRequest, describeClusterResponse, (_, { connection }) =>
      loggedIn.has(connection) ? { clusterId: 'msk', controllerId: 1, brokers: [{ brokerId: 1, ...node }] } : undefined,
    )
}

function tlsInFrontOf(plainPort: number, port: number, store: string): Promise<TlsServer> {
  const server = createServer({ pfx: readFileSync(store), passphrase: password }, (socket) => {
    const inner = connect(plainPort, '127.0.0.1')
    socket.pipe(inner).pipe(socket)
    socket.on('error', () => inner.destroy())
    inner.on('error', () => socket.destroy())
  })
  return new Promise((resolve) => server.listen(port, 'localhost', () => resolve(server)))
}

/** What is wrong with a login; undefined if nothing is. */
function problemOf(message: string): string | undefined {
  const [start, bearer, ...rest] = message.split('\u0001')
  const token = start === 'n,,' && rest.join() === ',' ? /^auth=Bearer ([A-Za-z0-9_-]+)$/.exec(bearer!)?.[1] : undefined
  if (token === undefined) return 'no token'
  const url = new URL(Buffer.from(token, 'base64url').toString())
  const of = (name: string) => url.searchParams.get(name)
  if (url.host !== `kafka.${region}.amazonaws.com`) return `for another service: ${url.host}`
  if (of('Action') !== 'kafka-cluster:Connect') return `for another action: ${of('Action')}`
  return of('X-Amz-Signature') === signatureOf(url) ? undefined : 'the signature is another'
}

/** By AWS Signature Version 4, of a GET whose parameters are signed and whose only signed header is the host. */
function signatureOf(url: URL): string {
  const date = url.searchParams.get('X-Amz-Date') ?? ''
  const scope = [date.slice(0, 8), region, 'kafka-cluster', 'aws4_request']
  const parameters = [...url.searchParams]
    // The name of the program is added after signing.
    .filter(([name]) => name !== 'X-Amz-Signature' && name !== 'User-Agent')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
  const request = ['GET', '/', parameters.join('&'), `host:${url.host}`, '', 'host', sha256('')].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(request)].join('\n')
  const signingKey = scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${key.secret}`)
  return hmac(signingKey, toSign).toString('hex')
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (secret: Buffer | string, text: string) => createHmac('sha256', secret).update(text).digest()
