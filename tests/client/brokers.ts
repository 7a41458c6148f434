// Plays a scene against Ottla in this process, and against Apache Kafka in the runs that have one: `npm run test:kafka`.
import { test } from 'node:test'
import { type Client, createClient } from '@ottla/client'
import { startBroker } from 'ottla'

export interface Scene {
  readonly client: Client
  readonly bootstrap: string
  /** A name that no other scene has. */
  readonly name: string
}

const kafka = process.env.OTTLA_TEST_KAFKA
let scenes = 0

export function onOttla(what: string, play: (scene: Scene) => Promise<void>): void {
  if (kafka !== undefined) return
  test(`on Ottla, ${what}`, async () => {
    await using broker = await startBroker()
    const bootstrap = broker.bootstrapServers
    await using client = createClient({ bootstrap })
    await play({ client, bootstrap, name: `scene-${scenes++}` })
  })
}

export function onKafka(what: string, play: (scene: Scene) => Promise<void>): void {
  if (kafka === undefined) return
  test(`on Apache Kafka, ${what}`, async () => {
    await using client = createClient({ bootstrap: kafka })
    await play({ client, bootstrap: kafka, name: `scene-${Date.now()}-${scenes++}` })
  })
}

export function onBoth(what: string, play: (scene: Scene) => Promise<void>): void {
  onOttla(what, play)
  onKafka(what, play)
}

/** Asks again until the answer is as it should be: Kafka answers a change before all its parts know of it. */
export async function eventually<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  for (let left = 200; ; left--) {
    const answer = await ask()
    if (isRight(answer) || left === 0) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
