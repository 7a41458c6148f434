import { createClient, OttlaError, type OttlaErrorName, type SaslOptions } from '@ottla/client'
import { type EmbeddedBroker, startBroker } from 'ottla'
import { expectType } from './expect-type.ts'

export async function aClientIsMadeOfOptions(): Promise<void> {
  await using client = createClient({ bootstrap: ['a:1', 'b:2'], tls: true, clientId: 'c' })
  createClient({ bootstrap: async () => 'a:1', log: ({ level, fields }) => void [level, fields.topic] })
  // @ts-expect-error Where the cluster is has no default.
  createClient({})
  // @ts-expect-error It is called bootstrap.
  createClient({ brokers: ['a:1'] })
  void client
}

export function loginsAreOfOneMechanism(): void {
  const logins: SaslOptions[] = [
    { mechanism: 'PLAIN', username: 'u', password: () => 'p' },
    { mechanism: 'OAUTHBEARER', token: async () => ({ value: 'jwt' }) },
  ]
  // @ts-expect-error A token needs no name.
  const mixed: SaslOptions = { mechanism: 'OAUTHBEARER', username: 'u', password: 'p' }
  // @ts-expect-error There is no such mechanism.
  const unknown: SaslOptions = { mechanism: 'SCRAM-SHA-1', username: 'u', password: 'p' }
  void [logins, mixed, unknown]
}

export function errorsAreToldApartByName(error: unknown): void {
  if (!(error instanceof OttlaError)) return
  expectType<OttlaErrorName>()(error.name)
  expectType<string | undefined>()(error.topic)
  switch (error.name) {
    case 'PRODUCER_FENCED':
    case 'DELIVERY_TIMEOUT':
      return
    // @ts-expect-error There is no such error.
    case 'PRODUCER_FENCD':
      return
  }
}

export async function aBrokerIsStartedWithKnownOptions(): Promise<void> {
  await using broker = await startBroker({ port: 0, settings: { 'num.partitions': 6, 'log.retention.hours': '24' } })
  expectType<EmbeddedBroker>()(broker)
  expectType<string>()(broker.bootstrapServers)
  // @ts-expect-error It is called directory.
  await startBroker({ dir: 'data' })
  // @ts-expect-error A setting is text, a number or a truth.
  await startBroker({ settings: { listeners: ['a:1'] } })
}
