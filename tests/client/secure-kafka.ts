// Settings of an Apache Kafka with listeners for every way to connect, and what tests need to connect there.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { succeed } from '../compat/harness/command.ts'
import { freePort } from '../compat/harness/kafka-server.ts'

export interface SecureKafka {
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
  /** For the tests' processes. */
  readonly env: Readonly<Record<string, string>>
}

export const password = 'only-for-tests'
/** Sessions on the SASL listener end so soon, unless the client logs in again. */
export const sessionMs = 2_000

/** PLAINTEXT, TLS, SASL and SASL over TLS; the key and its certificate are made in `directory`. */
export async function secureKafka(directory: string): Promise<SecureKafka> {
  const store = join(directory, 'kafka.p12')
  const certificate = join(directory, 'kafka.pem')
  await makeKey(store, certificate)
  const [port, controller, tls, sasl, saslTls] = await Promise.all(Array.from({ length: 5 }, freePort))
  const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule'
  const scramModule = 'org.apache.kafka.common.security.scram.ScramLoginModule'
  const oauthModule = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule'
  const clientListeners = `PLAINTEXT://127.0.0.1:${port},TLS://localhost:${tls},SASL://127.0.0.1:${sasl},SASLTLS://localhost:${saslTls}`
  const ofSasl = (name: string) => ({
    [`listener.name.${name}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [`listener.name.${name}.plain.sasl.jaas.config`]: `${plainModule} required user_alice="alice-secret";`,
    [`listener.name.${name}.scram-sha-256.sasl.jaas.config`]: `${scramModule} required;`,
    [`listener.name.${name}.scram-sha-512.sasl.jaas.config`]: `${scramModule} required;`,
    [`listener.name.${name}.oauthbearer.sasl.jaas.config`]: `${oauthModule} required unsecuredLoginStringClaim_sub="alice";`,
    [`listener.name.${name}.connections.max.reauth.ms`]: String(sessionMs),
  })
  const settings = {
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `${clientListeners},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': clientListeners,
    'listener.security.protocol.map':
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,TLS:SSL,SASL:SASL_PLAINTEXT,SASLTLS:SASL_SSL',
    'ssl.keystore.location': store,
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.password': password,
    'ssl.key.password': password,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'true',
    'delegation.token.secret.key': password,
    'group.coordinator.rebalance.protocols': 'classic,consumer,streams',
    ...ofSasl('sasl'),
    ...ofSasl('sasltls'),
  }
  const env = {
    OTTLA_TEST_KAFKA_TLS: `localhost:${tls}`,
    OTTLA_TEST_KAFKA_SASL: `127.0.0.1:${sasl}`,
    OTTLA_TEST_KAFKA_SASL_TLS: `localhost:${saslTls}`,
    OTTLA_TEST_KAFKA_CERTIFICATE: certificate,
  }
  return { port: port!, settings, env }
}

export async function makeKey(store: string, certificate: string): Promise<void> {
  const to = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', password, '-alias', 'kafka']
  const name = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost', '-validity', '2']
  await succeed('keytool', ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', ...name, ...to])
  writeFileSync(certificate, await succeed('keytool', ['-exportcert', '-rfc', ...to]))
}

/** As OAUTHBEARER's tokens for development are: signed by nobody. */
export function unsignedToken(): string {
  const seconds = Math.floor(Date.now() / 1000)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${encode({ alg: 'none' })}.${encode({ sub: 'alice', iat: seconds, exp: seconds + 3600 })}.`
}
