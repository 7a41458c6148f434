import { equal, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { createServer, type TLSSocket } from 'node:tls'
import { nodeNetwork } from './network.ts'

// Of broker.test, signed by itself, good until 2126. It guards nothing.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgghlaXBizPaW8P6mk
ZcFDf2iT1V61Zoxeb2bJq4a7+CShRANCAATBfJaTy/fCO/bO+678FX8o8PaO2Gdm
4UAObkCVEVbcBrHWRtbu45NoRIb0vPkp0kkWTUNo2Yr5sLHWIkKOLQVm
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUcmZOGgDPWTvyOa9tcufAbRswYBAwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLYnJva2VyLnRlc3QwIBcNMjYxMTIyMjIwNjQyWhgPMjEyNjEw
MjkyMjA2NDJaMBYxFDASBgNVBAMMC2Jyb2tlci50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEwXyWk8v3wjv2zvuu/BV/KPD2jthnZuFADm5AlRFW3Aax1kbW
7uOTaESG9Lz5KdJJFk1DaNmK+bCx1iJCji0FZqNrMGkwHQYDVR0OBBYEFEzMI9RP
PedvI3jgdKpH7iYFHPxxMB8GA1UdIwQYMBaAFEzMI9RPPedvI3jgdKpH7iYFHPxx
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILYnJva2VyLnRlc3QwCgYIKoZI
zj0EAwIDSQAwRgIhAJrK3NwlE3XHhkJ5WNLeXzRO9wN6Cc2Tz5DHDEsqvhh+AiEA
8eMAho8JE7F/51nOJjzNsjt7EwidkM0yon+XyYlSmT8=
-----END CERTIFICATE-----`

/** A TLS server that echoes; gives its port and the name that its first client asked for. */
async function echo() {
  const server = createServer({ key, cert }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  const asked = new Promise<string | false | undefined>((resolve) =>
    server.once('secureConnection', (socket: TLSSocket & { servername?: string | false }) =>
      resolve(socket.servername),
    ),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { server, port, asked, address: { host: '127.0.0.1', port } }
}

test('a connection over TLS asks for the server by its name, checks it, and carries bytes both ways', async () => {
  const { server, asked, address } = await echo()
  const connection = await nodeNetwork.connect(address, { tls: { ca: cert, serverName: 'broker.test' } })
  const received = new Promise<string>((resolve) => connection.onData((chunk) => resolve(String(chunk))))
  connection.write([Buffer.from('he'), Buffer.from('llo')])
  equal(await received, 'hello')
  equal(await asked, 'broker.test')
  connection.destroy()
  server.close()
})

test('a server whose certificate is not trusted, or is for another name, is refused', async () => {
  const { server, address } = await echo()
  await rejects(nodeNetwork.connect(address, { tls: { serverName: 'broker.test' } }), {
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  })
  await rejects(nodeNetwork.connect(address, { tls: { ca: cert, serverName: 'other.test' } }), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
  server.close()
})

test('a name that is not to be checked may be another, but the certificate must be trusted all the same', async () => {
  const { server, address } = await echo()
  const tls = { serverName: 'other.test', checkServerName: false }
  const connection = await nodeNetwork.connect(address, { tls: { ...tls, ca: cert } })
  connection.destroy()
  await rejects(nodeNetwork.connect(address, { tls }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  server.close()
})

test('connecting is given up when its signal fires, and not begun after that', async () => {
  // It accepts and says nothing: TLS waits.
  const silent = createTcpServer(() => {})
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const stop = new AbortController()
  const connecting = nodeNetwork.connect({ host: '127.0.0.1', port }, { tls: { ca: cert }, signal: stop.signal })
  stop.abort(new Error('enough'))
  await rejects(connecting, /enough/)
  await rejects(nodeNetwork.connect({ host: '127.0.0.1', port }, { signal: stop.signal }), /enough/)
  silent.close()
})

test('what arrives is read into the place that is asked for it, over TCP and TLS, until the end', async () => {
  const plain = createTcpServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(plain, 'listening')
  const tls = await echo()
  for (const [address, options] of [
    [{ host: '127.0.0.1', port: (plain.address() as { port: number }).port }, {}],
    [tls.address, { tls: { ca: cert, serverName: 'broker.test' } }],
  ] as const) {
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    const whole = Buffer.alloc(sent.length)
    const connection = await nodeNetwork.connect(address, options)
    let at = 0
    const all = new Promise<void>((resolve) =>
      connection.readInto({
        room: () => (at < whole.length ? whole.subarray(at, at + 100_000) : Buffer.alloc(1)),
        filled(bytes) {
          at += bytes
          if (at === whole.length) resolve()
        },
      }),
    )
    const closed = new Promise<void>((resolve) => connection.onClose(() => resolve()))
    connection.write([sent])
    await all
    equal(whole.equals(sent), true)
    connection.end()
    await closed
  }
  plain.close()
  tls.server.close()
})
