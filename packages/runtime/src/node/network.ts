import { connect, createServer, isIP, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { type Address, type Connection, type Network, pour, type TlsConnectOptions } from '../network.ts'
import { Reads } from './reads.ts'

/** TCP, and TLS over it for connections that this end opens. */
export const nodeNetwork: Network = {
  listen: (address, accept) =>
    new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true }, (socket) =>
        accept(tcpConnection(socket, new Reads())),
      )
      server.once('error', reject)
      server.listen({ host: address.host, port: address.port, backlog: 511 }, () => {
        server.off('error', reject)
        // From here on an error is one of accept (EMFILE): the connection is lost, the listener goes on.
        server.on('error', () => {})
        const bound = server.address()
        const port = bound !== null && typeof bound === 'object' ? bound.port : address.port
        resolve({
          address: { host: address.host, port },
          close: () => new Promise((done) => server.close(() => done())),
        })
      })
    }),

  connect: (address, { tls, signal } = {}) => {
    const reads = new Reads()
    return connected(reads, signal, (opened) => open(address, { tls, reads, opened }))
  },
}

/** Makes the socket of a connection, and calls `opened` when it can be used. */
export type OpenSocket = (address: Address, opened: () => void) => Socket

/** The same over sockets that are made elsewhere, as a library's user may want it. */
export const networkOver = (openSocket: OpenSocket): Network => ({
  ...nodeNetwork,
  connect: (address, { signal } = {}) => connected(new Reads(), signal, (opened) => openSocket(address, opened)),
})

function connected(
  reads: Reads,
  signal: AbortSignal | undefined,
  openSocket: (opened: () => void) => Socket,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const socket = openSocket(() => {
      signal?.removeEventListener('abort', aborted)
      socket.off('error', failed)
      resolve(tcpConnection(socket, reads))
    })
    const failed = (error: Error) => {
      signal?.removeEventListener('abort', aborted)
      reject(error)
    }
    const aborted = () => {
      socket.destroy()
      failed(signal?.reason)
    }
    signal?.addEventListener('abort', aborted, { once: true })
    socket.once('error', failed)
  })
}

interface OpenOptions {
  readonly tls: TlsConnectOptions | undefined
  readonly reads: Reads
  readonly opened: () => void
}

function open({ host, port }: Address, { tls, reads: { onread }, opened }: OpenOptions): Socket {
  if (tls === undefined) return connect({ host, port, noDelay: true, onread }, opened)
  // Loaded when it is needed: it takes milliseconds, which the start of a broker in a test can do without.
  const socket = process
    .getBuiltinModule('node:tls')
    .connect({ host, port, onread, ...nodeTlsOptions(host, tls) } as ConnectionOptions, opened)
  socket.setNoDelay(true)
  return socket
}

function nodeTlsOptions(host: string, tls: TlsConnectOptions): ConnectionOptions {
  const { ca, cert, key, passphrase, rejectUnauthorized, checkServerName = true, serverName = host, node } = tls
  const given = Object.entries({ cert, key, passphrase, rejectUnauthorized }).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(given),
    ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    ...(!checkServerName && { checkServerIdentity: () => undefined }),
    // SNI carries names only (RFC 6066).
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...node,
  }
}

const withoutMapping = (host: string | undefined) => (host ?? '').replace(/^::ffff:/, '')

function tcpConnection(socket: Socket, reads: Reads): Connection {
  const local: Address = { host: withoutMapping(socket.localAddress), port: socket.localPort ?? 0 }
  const remote: Address = { host: withoutMapping(socket.remoteAddress), port: socket.remotePort ?? 0 }
  let failure: Error | undefined
  let drained = () => {}
  // Node's own 'drain' comes only after a write that passed its high-water mark; this one after every write.
  const written = () => {
    if (socket.writableLength === 0 && !socket.destroyed) drained()
  }
  socket.on('error', (error) => {
    failure = error
  })
  return {
    local,
    remote,
    get pendingBytes() {
      return socket.writableLength
    },
    onData(receive) {
      reads.receiveBy(receive)
      socket.on('data', receive)
    },
    readInto(inlet) {
      reads.goInto(inlet)
      // What was not read into its place, as on a connection that came in.
      socket.on('data', (chunk) => pour(chunk, inlet))
    },
    onDrain(listener) {
      drained = listener
    },
    onClose: (closed) => socket.once('close', () => closed(failure)),
    write(buffers) {
      if (socket.destroyed) return true
      socket.cork()
      let room = true
      const last = buffers.length - 1
      for (let i = 0; i < last; i++) socket.write(buffers[i]!)
      if (last >= 0) room = socket.write(buffers[last]!, written)
      socket.uncork()
      return room
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  }
}
