// Every way to connect, against Apache Kafka with a listener for each: see `secure-kafka.ts`.
import { equal, ok, rejects } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type ClientOptions, createClient } from '@ottla/client'
import { eventually, onKafka } from './brokers.ts'
import { sessionMs, unsignedToken } from './secure-kafka.ts'

const { OTTLA_TEST_KAFKA_TLS: tlsAddress, OTTLA_TEST_KAFKA_SASL: saslAddress } = process.env
const { OTTLA_TEST_KAFKA_SASL_TLS: saslTlsAddress, OTTLA_TEST_KAFKA_CERTIFICATE: certificate } = process.env
/** Not on a Kafka that somebody else has started. */
const onSecureKafka = certificate === undefined ? () => {} : onKafka
const trusting = () => ({ ca: readFileSync(certificate!, 'utf8') })

async function writes(options: ClientOptions, topic: string): Promise<void> {
  await using client = createClient(options)
  const { offset } = await client.producer().send({ topic, value: 'v' })
  ok(offset >= 0)
}

onSecureKafka('records go over TLS to a broker whose certificate is trusted', async ({ name }) => {
  await writes({ bootstrap: tlsAddress!, tls: trusting() }, name)
  await rejects(writes({ bootstrap: tlsAddress!, tls: true, requestTimeoutMs: 2_000 }, name), { name: 'TLS_FAILED' })
})

for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)
  onSecureKafka(`${mechanism} proves the password, over TLS and without, and a wrong one is told`, async (scene) => {
    const { client, name } = scene
    const admin = client.admin()
    await admin.alterUserScramCredentials([{ user: name, mechanism, password: 'right' }])
    await eventually(
      () => admin.describeUserScramCredentials([name]),
      (found) => found.length === 1,
    )
    const sasl = { mechanism, username: name, password: 'right' }
    await writes({ bootstrap: saslAddress!, sasl }, name)
    await writes({ bootstrap: saslTlsAddress!, sasl, tls: trusting() }, name)
    const wrong = { ...sasl, password: 'wrong' }
    await rejects(writes({ bootstrap: saslAddress!, sasl: wrong }, name), { name: 'SASL_AUTHENTICATION_FAILED' })
  })

onSecureKafka('PLAIN sends a password, and one that a function finds', async ({ name }) => {
  const password = async () => 'alice-secret'
  await writes({ bootstrap: saslAddress!, sasl: { mechanism: 'PLAIN', username: 'alice', password } }, name)
})

onSecureKafka(
  'OAUTHBEARER asks for a token at each login, and sessions are renewed before they end',
  async ({ name }) => {
    let tokens = 0
    const token = () => {
      tokens++
      return unsignedToken()
    }
    await using client = createClient({ bootstrap: saslAddress!, sasl: { mechanism: 'OAUTHBEARER', token } })
    const producer = client.producer()
    const untilMs = Date.now() + 3 * sessionMs
    let first = 0
    while (Date.now() < untilMs) {
      await producer.send({ topic: name, value: 'v' })
      first ||= tokens
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    ok(tokens >= first + 2, `${tokens} tokens, ${first} of them before the first record`)
    equal(producer.metrics().batchesRetried, 0, 'no connection was lost over it')
  },
)
