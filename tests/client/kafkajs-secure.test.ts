// Programs of kafkajs' API on an Apache Kafka with TLS, logins and ACLs: see `secure-kafka.ts`.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  type KafkaConfig,
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  type KafkaJSProtocolError,
  KafkaJSSASLAuthenticationError,
  logLevel,
  type RequestEvent,
  ResourcePatternTypes,
  type SASLOptions,
} from '@ottla/client/kafkajs'
import { eventually, onKafka } from './brokers.ts'
import { sessionMs, unsignedToken } from './secure-kafka.ts'

const { OTTLA_TEST_KAFKA: address, OTTLA_TEST_KAFKA_CERTIFICATE: certificate } = process.env
const { OTTLA_TEST_KAFKA_TLS: tlsAddress, OTTLA_TEST_KAFKA_SASL: saslAddress } = process.env
const { OTTLA_TEST_KAFKA_SASL_TLS: saslTlsAddress } = process.env
/** Not on a Kafka that somebody else has started. */
const onSecureKafka = certificate === undefined ? () => {} : onKafka
const trusting = () => ({ ca: [readFileSync(certificate!, 'utf8')] })
const alice: SASLOptions = { mechanism: 'plain', username: 'alice', password: 'alice-secret' }

const kafkaAt = (broker: string, config: Partial<KafkaConfig> = {}) =>
  new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING, connectionTimeout: 5_000, ...config })

/** Producer, consumer and admin, each over connections of its own. */
async function works(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic }] })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'v' }] })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: `${topic}-${Date.now()}`, maxWaitTimeInMs: 100 })
  await consumer.subscribe({ topic, fromBeginning: true })
  const value = await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
    void consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) })
  })
  equal(value, 'v')
  await consumer.disconnect()
}

/** Each client is told once, at once. */
async function isRefused(kafka: Kafka, message: RegExp): Promise<void> {
  for (const client of [kafka.producer(), kafka.consumer({ groupId: 'refused' }), kafka.admin()]) {
    let requests = 0
    const on = client.on as (name: string, listener: (event: RequestEvent) => void) => void
    on(client.events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'SaslAuthenticate') requests++
    })
    await rejects(client.connect(), (error: Error) => {
      ok(error instanceof KafkaJSSASLAuthenticationError, `${error.name}: ${error.message}`)
      equal(error.retriable, false)
      return message.test(error.message)
    })
    ok(requests <= 2, `${requests} messages of a login, of which SCRAM has two`)
  }
}

onSecureKafka('ssl takes what tls.connect takes, and a certificate that nobody trusts is refused', async ({ name }) => {
  await works(kafkaAt(tlsAddress!, { ssl: trusting() }), name)
  await works(kafkaAt(tlsAddress!, { ssl: { rejectUnauthorized: false, servername: 'localhost' } }), name)
  const wary = kafkaAt(tlsAddress!, { ssl: true, retry: { retries: 0 } })
  await rejects(wary.producer().connect(), ({ cause }: Error) => {
    ok(cause instanceof KafkaJSConnectionError)
    return /self-signed certificate/.test(cause.message)
  })
})

onSecureKafka('plain logs in, over TLS and without, and a wrong password is told once', async ({ name }) => {
  await works(kafkaAt(saslAddress!, { sasl: alice }), name)
  await works(kafkaAt(saslTlsAddress!, { sasl: alice, ssl: trusting() }), name)
  const wrong = { ...alice, password: 'wrong' } as SASLOptions
  await isRefused(kafkaAt(saslAddress!, { sasl: wrong }), /^SASL PLAIN authentication failed: /)
})

for (const mechanism of ['scram-sha-256', 'scram-sha-512'] as const)
  onSecureKafka(`${mechanism} logs in, over TLS and without, and a wrong password is told once`, async (scene) => {
    const { client, name: username } = scene
    const admin = client.admin()
    const proven = mechanism === 'scram-sha-256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512'
    await admin.alterUserScramCredentials([{ user: username, mechanism: proven, password: 'right' }])
    await eventually(
      () => admin.describeUserScramCredentials([username]),
      (found) => found.length === 1,
    )
    const sasl = { mechanism, username, password: 'right' } as SASLOptions
    await works(kafkaAt(saslAddress!, { sasl }), username)
    await works(kafkaAt(saslTlsAddress!, { sasl, ssl: trusting() }), username)
    const refusal = mechanism === 'scram-sha-256' ? /^SASL SCRAM SHA256 authent/ : /^SASL SCRAM SHA512 authent/
    await isRefused(kafkaAt(saslAddress!, { sasl: { ...sasl, password: 'wrong' } as SASLOptions }), refusal)
  })

onSecureKafka('oauthbearer asks for tokens, again before a session ends, and says what is wrong', async ({ name }) => {
  let tokens = 0
  const oauthBearerProvider = async () => {
    tokens++
    return { value: unsignedToken() }
  }
  const sasl: SASLOptions = { mechanism: 'oauthbearer', oauthBearerProvider }
  await works(kafkaAt(saslTlsAddress!, { sasl, ssl: trusting() }), name)
  const producer = kafkaAt(saslAddress!, { sasl }).producer()
  await producer.connect()
  await producer.send({ topic: name, messages: [{ value: 'v' }] })
  const first = tokens
  for (const untilMs = Date.now() + 2 * sessionMs; Date.now() < untilMs; await sleep(100))
    await producer.send({ topic: name, messages: [{ value: 'v' }] })
  ok(tokens > first, 'the session was renewed')
  await producer.disconnect()
  const none = async () => ({}) as { value: string }
  const without = kafkaAt(saslAddress!, { sasl: { mechanism: 'oauthbearer', oauthBearerProvider: none } })
  await isRefused(without, /^SASL OAUTHBEARER: Invalid OAuth bearer token/)
  const unreadable = async () => ({ value: 'a.b.c' })
  const refused = kafkaAt(saslAddress!, { sasl: { mechanism: 'oauthbearer', oauthBearerProvider: unreadable } })
  await isRefused(refused, /^SASL OAUTHBEARER authentication failed: /)
})

onSecureKafka('a mechanism of the application logs in', async ({ name }) => {
  const bytes = Buffer.from('\0alice\0alice-secret')
  const length = Buffer.alloc(4)
  length.writeInt32BE(bytes.length)
  const sasl: KafkaConfig['sasl'] = {
    mechanism: 'plain',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () =>
        void (await saslAuthenticate({ request: { encode: () => Buffer.concat([length, bytes]) } })),
    }),
  }
  await works(kafkaAt(saslAddress!, { sasl }), name)
})

onSecureKafka('a mechanism that the broker lacks is named', async () => {
  const sasl = { mechanism: 'aws', authorizationIdentity: 'a', accessKeyId: 'b', secretAccessKey: 'c' } as const
  await isRefused(kafkaAt(saslAddress!, { sasl }), /AWS/)
})

onSecureKafka('ACLs are made, found, kept to, and deleted', async ({ name }) => {
  const admin = kafkaAt(address!).admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: name }] })
  const entry = {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: 'User:alice',
    host: '*',
    operation: AclOperationTypes.WRITE,
    permissionType: AclPermissionTypes.DENY,
  }
  equal(await admin.createAcls({ acl: [entry] }), true)
  const { principal, host, operation, permissionType, ...resource } = entry
  const found = await eventually(
    () => admin.describeAcls(entry),
    ({ resources }) => resources.length === 1,
  )
  deepEqual(found.resources, [{ ...resource, acls: [{ principal, host, operation, permissionType }] }])
  const producer = kafkaAt(saslAddress!, { sasl: alice }).producer()
  await producer.connect()
  await rejects(producer.send({ topic: name, messages: [{ value: 'v' }] }), (error: KafkaJSNonRetriableError) => {
    ok(error instanceof KafkaJSNonRetriableError)
    const { type } = error.cause as KafkaJSProtocolError
    equal(type, 'TOPIC_AUTHORIZATION_FAILED')
    return error.message === 'Not authorized to access topics: [Topic authorization failed]'
  })
  const any = { ...entry, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }
  const { filterResponses } = await admin.deleteAcls({ filters: [any] })
  deepEqual(
    filterResponses.map(({ errorCode, matchingAcls }) => [errorCode, matchingAcls.map((acl) => acl.principal)]),
    [[0, ['User:alice']]],
  )
  await eventually(
    () => producer.send({ topic: name, messages: [{ value: 'v' }] }).catch(() => []),
    (sent) => sent.length === 1,
  )
  await producer.disconnect()
  await admin.disconnect()
})
