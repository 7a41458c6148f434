import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileSystem, memoryFiles, nodeRuntime } from '@ottla/runtime'
import { openStorage } from '../open-storage.ts'
import { batchOf, client, openPartition, settings } from '../testing/fixtures.ts'

/** Files in memory that count what is written to segments, and how much of it at most was not synced. */
function countingFiles() {
  const files = memoryFiles()
  const counted = { written: 0, unsynced: 0, mostUnsynced: 0 }
  const open: FileSystem['open'] = async (path, mode, options) => {
    const file = await memory(path, mode, options)
    if (!path.endsWith('.log')) return file
    return {
      read: (position, length) => file.read(position, length),
      write: async (position, buffers) => {
        await file.write(position, buffers)
        const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
        counted.written += bytes
        counted.unsynced += bytes
        counted.mostUnsynced = Math.max(counted.mostUnsynced, counted.unsynced)
      },
      sync: async () => {
        await file.sync()
        counted.unsynced = 0
      },
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
    }
  }
  const memory = files.open.bind(files)
  Object.assign(files, { open })
  return { files, counted }
}

test('what is flushed is synced piece by piece, and not left to the checkpoint', async () => {
  const { files, counted } = countingFiles()
  const tailBytes = 64 * 1024
  const storage = await openStorage({
    runtime: { ...nodeRuntime(), files },
    directory: '/data',
    settings: { ...settings, tailBytes, checkpointBytes: 64 * 1024 * 1024 },
  })
  const partition = await openPartition(storage)
  for (let i = 0; i < 400; i++) await partition.append(batchOf([`${i}-${'z'.repeat(200)}`]), client)
  assert.ok(counted.written > tailBytes / 2, `${counted.written} bytes were flushed`)
  assert.ok(counted.mostUnsynced < tailBytes / 8, `${counted.mostUnsynced} bytes were not synced`)
  await storage.close()
})
