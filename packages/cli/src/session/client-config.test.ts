import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeRuntime } from '@ottla/runtime'
import type { ConnectionArguments } from '../arguments/connection-options.ts'
import { newDirectory } from '../testing/program.ts'
import { clientConfig } from './client-config.ts'

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

async function configOf(options: Partial<ConnectionArguments>, properties?: readonly string[]) {
  const config = join(await newDirectory(), 'client.properties')
  if (properties !== undefined) await writeFile(config, properties.join('\n'))
  const given = { timeout: 5_000, ...options, ...(properties !== undefined && { config }) }
  const { runtime: _, ...rest } = await clientConfig(given, nodeRuntime())
  return rest
}

test('without anything, a broker on this machine', async () => {
  assert.deepEqual(await configOf({}), {
    bootstrap: '127.0.0.1:9092',
    clientId: 'ottla-cli',
    requestTimeoutMs: 5_000,
    connectTimeoutMs: 5_000,
  })
})

test("a file with the names of Kafka's clients is read, and options count before it", async () => {
  const directory = await newDirectory()
  const store = join(directory, 'store.pem')
  await writeFile(store, pem)
  const file = [
    'bootstrap.servers=b1:9093,b2:9093',
    'client.id=me',
    'security.protocol=SASL_SSL',
    'sasl.mechanism=SCRAM-SHA-512',
    'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\',
    '  username="alice" password="secret";',
    `ssl.truststore.location=${store}`,
    'ssl.truststore.type=PEM',
    `ssl.keystore.location=${store}`,
    'ssl.key.password=locked',
    'ssl.endpoint.identification.algorithm=',
  ]
  const config = await configOf({}, file)
  assert.equal(config.bootstrap, 'b1:9093,b2:9093')
  assert.equal(config.clientId, 'me')
  assert.deepEqual(config.sasl, { mechanism: 'SCRAM-SHA-512', username: 'alice', password: 'secret' })
  assert.deepEqual(config.tls, { ca: pem, cert: pem, key: pem, passphrase: 'locked', checkServerName: false })

  const overridden = await configOf({ bootstrap: 'b3:1', saslUsername: 'bob', saslPassword: 'x' }, file)
  assert.equal(overridden.bootstrap, 'b3:1')
  assert.deepEqual(overridden.sasl, { mechanism: 'PLAIN', username: 'bob', password: 'x' })
})

test('certificates may stand in the file itself', async () => {
  const config = await configOf({}, [
    'security.protocol=SSL',
    `ssl.truststore.certificates=${pem.replaceAll('\n', '\\n')}`,
  ])
  assert.deepEqual(config.tls, { ca: pem.trimEnd() })
})

test('a mechanism may be left to a module that has only one', async () => {
  const config = await configOf({}, [
    'security.protocol=SASL_PLAINTEXT',
    'sasl.jaas.config=x.PlainLoginModule required username="a" password="b";',
  ])
  assert.deepEqual(config.sasl, { mechanism: 'PLAIN', username: 'a', password: 'b' })
  assert.equal(config.tls, undefined)
})

test('a password in the environment does not ask for SASL by itself', async () => {
  assert.equal((await configOf({ saslPassword: 'x', saslToken: 'y' })).sasl, undefined)
})

test('what can not work is told in words', async () => {
  const jaas = 'sasl.jaas.config=x.ScramLoginModule required username="a" password="b";'
  const sasl = 'security.protocol=SASL_PLAINTEXT'
  const cases: readonly [Partial<ConnectionArguments>, readonly string[] | undefined, RegExp][] = [
    [{ saslMechanism: 'PLAIN' }, undefined, /PLAIN needs --sasl-username/],
    [{ saslUsername: 'a' }, undefined, /--sasl-password, or OTTLA_SASL_PASSWORD/],
    [{ saslMechanism: 'OAUTHBEARER' }, undefined, /--sasl-token/],
    [{ tlsCert: 'x' }, undefined, /--tls-cert and --tls-key/],
    [{ tlsCa: '/no/such' }, undefined, /\/no\/such: there is no such file/],
    [{ config: '/no/such' }, undefined, /\/no\/such: there is no such file/],
    [{}, ['security.protocol=TLS'], /client\.properties: security\.protocol is TLS/],
    [{}, [sasl, jaas], /sasl\.mechanism is missing/],
    [{}, [sasl, jaas, 'sasl.mechanism=GSSAPI'], /sasl\.mechanism GSSAPI/],
    [{}, [sasl, 'sasl.mechanism=PLAIN'], /no username and password/],
    [{}, [sasl, jaas, 'sasl.mechanism=OAUTHBEARER'], /--sasl-token/],
  ]
  for (const [options, properties, message] of cases) await assert.rejects(configOf(options, properties), message)
})

test('a store that is not PEM is told, with how to make one that is', async () => {
  const store = join(await newDirectory(), 'store.jks')
  await writeFile(store, Buffer.from([0xfe, 0xed, 0xfe, 0xed]))
  await assert.rejects(configOf({}, ['security.protocol=SSL', `ssl.truststore.location=${store}`]), /not PEM.*openssl/)
})
