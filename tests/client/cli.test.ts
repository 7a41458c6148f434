// The program against an Apache Kafka with a listener for each way to connect: see `secure-kafka.ts`.
import { equal, match } from 'node:assert/strict'
import { join } from 'node:path'
import { execute } from '../compat/harness/command.ts'
import { root } from '../compat/harness/paths.ts'
import { onKafka } from './brokers.ts'

const { OTTLA_TEST_KAFKA: plain, OTTLA_TEST_KAFKA_TLS: tls, OTTLA_TEST_KAFKA_SASL: sasl } = process.env
const { OTTLA_TEST_KAFKA_SASL_TLS: saslTls, OTTLA_TEST_KAFKA_CERTIFICATE: certificate } = process.env
/** Not on a Kafka that somebody else has started. */
const onSecureKafka = certificate === undefined ? () => {} : onKafka

const trusting = ['--tls-ca', certificate!]
const alice = (password: string, mechanism = 'PLAIN') => [
  ...['--sasl-mechanism', mechanism, '--sasl-username', 'alice', '--sasl-password', password],
]

async function succeeds(args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await execute(join(root, 'ottla'), args, input === undefined ? {} : { input })
  equal(code, 0, stderr)
  return stdout
}

/** It ends with 1 and one sentence, which is returned. */
async function fails(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(join(root, 'ottla'), args)
  equal(code, 1, stderr)
  equal(stdout, '')
  match(stderr, /^ottla: [^\n]+\n$/)
  return stderr
}

onSecureKafka('the program creates topics over TLS, and writes and reads there after a login', async ({ name }) => {
  await succeeds(['topic', 'create', name, '--bootstrap', tls!, ...trusting])
  match(await succeeds(['topic', 'list', '--bootstrap', tls!, '--tls', ...trusting]), new RegExp(`^${name} `, 'm'))
  await succeeds(['produce', name, '--bootstrap', saslTls!, ...trusting, ...alice('alice-secret')], 'hello\n')
  const consume = ['consume', name, '--until-end', '--group', name]
  equal(await succeeds([...consume, '--bootstrap', sasl!, ...alice('alice-secret')]), 'hello\n')
})

onSecureKafka('the program says that a login is refused', async () => {
  const list = ['topic', 'list', '--bootstrap']
  const refused = /refuses the credentials; check user and password.*\(broker /
  match(await fails([...list, sasl!, ...alice('wrong')]), refused)
  match(await fails([...list, saslTls!, ...trusting, ...alice('wrong', 'SCRAM-SHA-256')]), refused)
  match(await fails(['consume', 'some-topic', '--bootstrap', sasl!, ...alice('wrong')]), refused)
  match(await fails([...list, plain!, ...alice('wrong')]), /does not want SASL.*leave --sasl-mechanism out/)
})

onSecureKafka('the program says why there is no TLS', async () => {
  const list = ['topic', 'list', '--timeout', '2s', '--bootstrap']
  match(await fails([...list, tls!, '--tls']), /certificate is self-signed; give it with --tls-ca FILE/)
  match(await fails([...list, tls!]), /it answers in TLS: connect with --tls/)
  match(await fails([...list, plain!, '--tls']), /does this port speak TLS\?/)
  const byNumber = tls!.replace('localhost', '127.0.0.1')
  match(await fails([...list, byNumber, ...trusting]), /another name; give that with --tls-server-name/)
  await succeeds([...list, byNumber, ...trusting, '--tls-server-name', 'localhost'])
})
