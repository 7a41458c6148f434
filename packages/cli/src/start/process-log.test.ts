import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const module = fileURLToPath(new URL('process-log.ts', import.meta.url))

/** What a process that logs has written to stderr. */
function logged(statements: string, terminal: boolean): string {
  const script = `
    import { ProcessLog } from ${JSON.stringify(module)}
    const log = new ProcessLog({ least: 'info', terminal: ${terminal}, now: () => 86_399_999 })
    ${statements}
    await log.flushed()`
  const args = ['--conditions=@ottla/source', '--import', 'tsx', '--input-type=module', '-e', script]
  const cwd = fileURLToPath(new URL('../../../..', import.meta.url))
  const { stderr, status } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stderr
}

const statements = `
  log.write('debug', 'not this')
  log.write('info', 'first', { topic: 'x', partition: 3 })
  log.write('error', 'second', { err: new Error('why') })`

test('lines are JSON, in order, with the time at which they were written', () => {
  const [first, second, ...more] = logged(statements, false)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    [first.level, first.msg, first.topic, first.partition, first.time],
    [30, 'first', 'x', 3, 86_399_999],
  )
  assert.deepEqual([second.level, second.msg, second.err.message], [50, 'second', 'why'])
  assert.deepEqual(more, [])
})

test('on a terminal lines are for people', () => {
  const [first, second] = logged(statements, true).split('\n')
  assert.equal(first, '23:59:59.999 INFO  first topic=x partition=3')
  assert.match(second!, /^23:59:59\.999 ERROR second err=Error: why$/)
})
