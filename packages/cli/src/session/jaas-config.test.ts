import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsedJaasConfig } from './jaas-config.ts'

test('module and options are read, quoted or not', () => {
  const { module, options } = parsedJaasConfig(
    'org.apache.kafka.common.security.scram.ScramLoginModule required\n username="al\\"ice" password=secret tokenauth="true";',
  )
  assert.equal(module, 'ScramLoginModule')
  assert.deepEqual(Object.fromEntries(options), { username: 'al"ice', password: 'secret', tokenauth: 'true' })
})

test('a password may hold the characters that part options', () => {
  const { options } = parsedJaasConfig('a.PlainLoginModule required username="a" password="b=c; d\\\\";')
  assert.equal(options.get('password'), 'b=c; d\\')
})

test('what is not of the form is refused', () => {
  assert.throws(() => parsedJaasConfig('username="a"'), /sasl\.jaas\.config/)
})
