// A cluster of two Apache Kafkas, each a broker and a controller, for what one alone cannot show: moves from broker to
// broker and from directory to directory, and voters that come and go.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../compat/harness/kafka-server.ts'
import { type Server, startServer } from '../compat/harness/server.ts'

export interface TwoKafkas extends AsyncDisposable {
  readonly bootstrap: string
  /** The second has no vote yet. */
  readonly second: { readonly id: number; readonly controllerPort: number; stop(): Promise<unknown> }
}

export async function twoKafkas(): Promise<TwoKafkas> {
  const directory = mkdtempSync(join(tmpdir(), 'ottla-two-kafkas-'))
  const [firstController, secondController] = await Promise.all([freePort(), freePort()])
  const start = async (id: number, controllerPort: number, format: string): Promise<Server> => {
    const own = join(directory, `${id}`)
    const port = await freePort()
    const settings = {
      'node.id': `${id}`,
      // The quorum is one whose voters may change (KIP-853).
      'controller.quorum.voters': '',
      'controller.quorum.bootstrap.servers': `127.0.0.1:${firstController}`,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'log.dirs': `${join(own, 'logs')},${join(own, 'more-logs')}`,
    }
    return startServer('kafka', { directory: own, port, settings, format: [format] })
  }
  const [first, second] = await Promise.all([
    start(1, firstController!, '--standalone'),
    start(2, secondController!, '--no-initial-controllers'),
  ])
  return {
    bootstrap: first.address,
    second: { id: 2, controllerPort: secondController!, stop: () => second.stop() },
    async [Symbol.asyncDispose]() {
      await Promise.all([first.dispose(), second.dispose()])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
