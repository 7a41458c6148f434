import { connect, createServer, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Address, Connection, Network, TlsConnectOptions } from '../network.ts'

/** Makes the socket of a connection, and calls `opened` when it can be used. */
export type OpenSocket = (address: Address, opened: () => void, tls: TlsConnectOptions | undefined) => Socket

/** TCP over sockets that are made elsewhere, as a library's user may want it. */
export const networkOver = (open: OpenSocket): Network => ({
  listen: (address, accept) =>
    new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true }, (socket) => accept(tcpConnection(socket)))
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

  connect: (address, options = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = options
      if (signal?.aborted === true) return reject(signal.reason)
      let connected = () => {}
      const socket = open(address, () => connected(), options.tls)
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
      connected = () => {
        signal?.removeEventListener('abort', aborted)
        socket.off('error', failed)
        resolve(tcpConnection(socket))
      }
    }),
})

function openSocket({ host, port }: Address, opened: () => void, tls: TlsConnectOptions | undefined): Socket {
  if (tls === undefined) return connect({ host, port, noDelay: true }, opened)
  const socket = connectTls({ host, port, ...nodeTlsOptions(host, tls) }, opened)
  socket.setNoDelay(true)
  return socket
}

/** TCP, and TLS over it for connections that this end opens. */
export const nodeNetwork: Network = networkOver(openSocket)

function nodeTlsOptions(host: string, tls: TlsConnectOptions): ConnectionOptions {
  const { ca, cert, key, passphrase, rejectUnauthorized, serverName = host, node = {} } = tls
  const given = Object.entries({ cert, key, passphrase, rejectUnauthorized }).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(given),
    ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
    // SNI carries names only (RFC 6066).
    ...(isIP(serverName) === 0 && { servername: serverName }),
    ...node,
  }
}

const withoutMapping = (host: string | undefined) => (host ?? '').replace(/^::ffff:/, '')

function tcpConnection(socket: Socket): Connection {
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
    onData: (receive) => socket.on('data', receive),
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
