// Plays a scene against Ottla in this process, and against Apache Kafka if OTTLA_TEST_KAFKA names one that runs.
import { test } from 'node:test'
import { type Client, createClient } from '@ottla/client'
import { startBroker } from 'ottla'

export interface Scene {
  readonly client: Client
  /** A name that no other scene has. */
  readonly name: string
}

const kafka = process.env.OTTLA_TEST_KAFKA
const noKafka = kafka === undefined && 'OTTLA_TEST_KAFKA names no running Kafka'
let scenes = 0

export function onOttla(what: string, play: (scene: Scene) => Promise<void>): void {
  test(`on Ottla, ${what}`, async () => {
    await using broker = await startBroker()
    await using client = createClient({ bootstrap: broker.bootstrapServers })
    await play({ client, name: `scene-${scenes++}` })
  })
}

export function onKafka(what: string, play: (scene: Scene) => Promise<void>): void {
  test(`on Apache Kafka, ${what}`, { skip: noKafka }, async () => {
    await using client = createClient({ bootstrap: kafka! })
    await play({ client, name: `scene-${Date.now()}-${scenes++}` })
  })
}

export function onBoth(what: string, play: (scene: Scene) => Promise<void>): void {
  onOttla(what, play)
  onKafka(what, play)
}
