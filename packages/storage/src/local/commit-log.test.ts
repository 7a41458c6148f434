import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type File, memoryFiles, nodeRuntime } from '@ottla/runtime'
import { type CommitItem, CommitLog } from './commit-log.ts'

/** A write of an entry that has not ended. */
interface HeldWrite {
  readonly file: File
  end(error?: Error): void
}

/** A commit log on files in memory that hold each entry back until the test lets it go. */
async function heldLog() {
  const files = memoryFiles()
  const writes: HeldWrite[] = []
  const held = (file: File): File => {
    const opened: File = {
      read: (position, length) => file.read(position, length),
      write: (position, buffers) =>
        position === 0
          ? file.write(position, buffers)
          : new Promise((resolve, reject) =>
              writes.push({ file: opened, end: (error) => (error === undefined ? resolve() : reject(error)) }),
            ),
      sync: () => file.sync(),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    }
    return opened
  }
  await files.makeDirectory('/commit')
  const open = files.open.bind(files)
  Object.assign(files, { open: async (path: string, mode: 'read' | 'write') => held(await open(path, mode)) })
  const log = await CommitLog.open({
    runtime: { ...nodeRuntime(), files },
    directory: '/commit',
    policy: 'fsync',
    nextFile: 1,
    nextSequence: 1,
    fileBytes: 1_000_000,
    onEntry: () => {},
  })
  const happened: string[] = []
  const append = async (name: string) => {
    const item: CommitItem = {
      bytes: 1,
      encode: (table) => table.int8(1),
      apply: () => {},
      settle: () => happened.push(`${name} settled`),
      fail: () => happened.push(`${name} failed`),
    }
    log.append(item)
    await turn()
  }
  return { log, writes, happened, append }
}

test('two entries are under way at a time, each through an open file of its own', async () => {
  const { writes, append } = await heldLog()
  for (const name of ['a', 'b', 'c']) await append(name)
  assert.equal(writes.length, 2)
  assert.notEqual(writes[0]!.file, writes[1]!.file)
  writes[0]!.end()
  await turn()
  assert.equal(writes.length, 3)
  assert.equal(writes[2]!.file, writes[0]!.file)
})

test('an entry that is written before an earlier one waits for it', async () => {
  const { log, writes, happened, append } = await heldLog()
  for (const name of ['a', 'b', 'c']) await append(name)
  writes[1]!.end()
  await turn()
  assert.deepEqual(happened, [])
  assert.equal(writes.length, 2)
  writes[0]!.end()
  await turn()
  assert.deepEqual(happened, ['a settled', 'b settled'])
  assert.equal(log.lastSequence, 2)
})

test('when an entry fails, what was begun after it is refused with it, and nothing begins before both have ended', async () => {
  const { log, writes, happened, append } = await heldLog()
  for (const name of ['a', 'b', 'c']) await append(name)
  writes[0]!.end(new Error('no'))
  await turn()
  await append('d')
  assert.deepEqual(happened, [])
  writes[1]!.end()
  await turn()
  assert.deepEqual(happened, ['a failed', 'b failed', 'c failed', 'd failed'])
  await append('e')
  writes[2]!.end()
  await turn()
  assert.equal(happened.at(-1), 'e settled')
  assert.equal(log.lastSequence, 1)
})
