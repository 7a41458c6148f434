import { connect, createServer, type Socket } from 'node:net'
import type { Address, Connection, Network } from '../network.ts'

/** TCP. */
export const nodeNetwork: Network = {
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

  connect: (address) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address.host, port: address.port, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(tcpConnection(socket))
      })
    }),
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
