import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DirectoryLockedError } from '@ottla/runtime'
import { failureSentence } from './failure-sentence.ts'

const system = (fields: object) => Object.assign(new Error('ESOME: what the system says'), fields)
const sentence = (fields: object) => failureSentence(system(fields), '/data')

test('each failure is one sentence that says what to do', () => {
  assert.match(
    sentence({ code: 'EADDRINUSE', syscall: 'listen', address: '::1', port: 9092 }),
    /^\[::1\]:9092 is in use .* --listen$/,
  )
  assert.match(
    sentence({ code: 'EADDRNOTAVAIL', syscall: 'listen', address: '10.9.9.9', port: 1 }),
    /not an address of this machine/,
  )
  assert.match(sentence({ code: 'EACCES', syscall: 'listen', address: '127.0.0.1', port: 80 }), /reserved.*1023/)
  assert.match(sentence({ code: 'ENOTFOUND', syscall: 'getaddrinfo' }), /host name/)
  assert.match(sentence({ code: 'ENOSPC', syscall: 'write' }), /no space .*: \/data$/)
  assert.match(sentence({ code: 'EROFS', path: '/data/log' }), /read-only.*: \/data\/log$/)
  assert.match(sentence({ code: 'EACCES', path: '/data', syscall: 'mkdir' }), /no permission/)
  assert.match(failureSentence(new DirectoryLockedError('/data'), '/data'), /\/data is in use.*--data$/)
})

test('what is not known is told in its first line', () => {
  assert.equal(failureSentence(new Error('first\nsecond'), '/data'), 'first')
})
