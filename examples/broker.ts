// Where an example finds its broker: at `--bootstrap HOST:PORT` or OTTLA_BOOTSTRAP; else it starts an Ottla of its own, in
// this process, with its data in memory.
import { parseArgs } from 'node:util'
import { createClient } from '@ottla/client'
import { startBroker } from 'ottla'

export interface Broker extends AsyncDisposable {
  readonly bootstrap: string
}

export interface Needs {
  /** A feature by Kafka's name for it. What lacks it cannot run the example. */
  readonly feature?: 'transaction.version' | 'share.version'
}

export async function findBroker({ feature }: Needs = {}): Promise<Broker> {
  const { values } = parseArgs({ options: { bootstrap: { type: 'string' } } })
  const given = values.bootstrap ?? process.env.OTTLA_BOOTSTRAP
  const broker = given === undefined ? await ottlaInThisProcess() : { bootstrap: given, [Symbol.asyncDispose]: nothing }
  if (feature !== undefined && !(await hasFeature(broker.bootstrap, feature))) {
    await broker[Symbol.asyncDispose]()
    console.error(`This example needs a broker with the feature ${feature}; ${broker.bootstrap} does not have it.`)
    if (given === undefined) console.error('Ottla does not have it yet. Apache Kafka has, from 4.2 on:')
    console.error('npm start -- --bootstrap HOST:PORT')
    process.exit(3)
  }
  return broker
}

async function ottlaInThisProcess(): Promise<Broker> {
  const broker = await startBroker()
  return { bootstrap: broker.bootstrapServers, [Symbol.asyncDispose]: () => broker.close() }
}

async function hasFeature(bootstrap: string, feature: string): Promise<boolean> {
  await using client = createClient({ bootstrap })
  return ((await client.admin().describeFeatures()).get(feature) ?? 0) > 0
}

const nothing = async () => {}
