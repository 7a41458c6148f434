import { deepEqual, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { addressesOf } from './addresses.ts'

test('bootstrap servers are a list or a text, with or without a port', () => {
  deepEqual(addressesOf('a:1, b , [::1]:9093'), [
    { host: 'a', port: 1 },
    { host: 'b', port: 9092 },
    { host: '::1', port: 9093 },
  ])
  deepEqual(addressesOf(['kafka://c:2']), [{ host: 'c', port: 2 }])
})

test('what is no address is named in the error', () => {
  for (const wrong of ['', 'a:0', 'a:99999', 'a:b', 'http://a:1', 'a b:1'])
    throws(() => addressesOf(wrong), { name: 'INVALID_ARGUMENT' }, wrong)
  throws(() => addressesOf([]), /empty/)
})
