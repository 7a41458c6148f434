import assert from 'node:assert/strict'
import { test } from 'node:test'
import { greeting } from './greeting.ts'

const greet = (host: string, port: number) =>
  greeting({ name: './ottla', version: '1.2.3', address: { host, port }, directory: '/data' })

test('the lines to try need no address where the broker is where everybody looks', () => {
  assert.match(greet('127.0.0.1', 9092), /^ {2}\.\/ottla topic list$/m)
  assert.match(greet('0.0.0.0', 9092), /^ {2}\.\/ottla consume greetings$/m)
})

test('elsewhere they have the address', () => {
  assert.match(
    greet('127.0.0.1', 4000),
    /^ {2}echo 'hello' \| \.\/ottla produce greetings --bootstrap 127\.0\.0\.1:4000$/m,
  )
  assert.match(greet('::1', 9092), /--bootstrap \[::1\]:9092$/m)
})
