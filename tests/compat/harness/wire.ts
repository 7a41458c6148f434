import { connect } from 'node:net'
import { sleep } from './command.ts'

/** ApiVersions (18) v0, correlation id 7, no client id: the first thing that every client asks. */
const apiVersionsRequest = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff])

/** Waits until a broker answers ApiVersions. A port that accepts connections alone is not a broker that serves. */
export async function answersApiVersions(host: string, port: number, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await asksOnce(host, port))) {
    if (Date.now() > deadline) throw new Error(`${host}:${port} did not answer ApiVersions within ${timeoutMs} ms`)
    await sleep(10)
  }
}

function asksOnce(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(apiVersionsRequest))
    const settle = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(1_000, () => settle(false))
    socket.on('error', () => settle(false))
    socket.on('close', () => settle(false))
    socket.once('data', (chunk) => settle(chunk.length >= 8 && chunk.readInt32BE(4) === 7))
  })
}
