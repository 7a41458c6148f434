// Scenes for programs of kafkajs' API: with the drop-in on Ottla, and on Apache Kafka if OTTLA_TEST_KAFKA names one.
import { test } from 'node:test'
import { Kafka, logLevel } from '@ottla/client/kafkajs'
import { startBroker } from 'ottla'

export interface Scene {
  readonly kafka: Kafka
  /** A name that no other scene has. */
  readonly name: string
}

const address = process.env.OTTLA_TEST_KAFKA
const noKafka = address === undefined && 'OTTLA_TEST_KAFKA names no running Kafka'
let scenes = 0

const kafkaAt = (broker: string) => new Kafka({ brokers: [broker], clientId: 'scene', logLevel: logLevel.NOTHING })

function onOttla(what: string, play: (scene: Scene) => Promise<void>): void {
  test(`on Ottla, ${what}`, async () => {
    await using broker = await startBroker()
    await play({ kafka: kafkaAt(broker.bootstrapServers), name: `drop-in-${scenes++}` })
  })
}

export function onKafka(what: string, play: (scene: Scene) => Promise<void>): void {
  test(`on Apache Kafka, ${what}`, { skip: noKafka }, async () => {
    await play({ kafka: kafkaAt(address!), name: `drop-in-${Date.now()}-${scenes++}` })
  })
}

export function onBoth(what: string, play: (scene: Scene) => Promise<void>): void {
  onOttla(what, play)
  onKafka(what, play)
}
