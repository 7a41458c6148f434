import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFiles } from './files.ts'

test('a directory is made with those above it, and again without an error', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-files-'))
  const deep = join(directory, 'a', 'b', 'c')
  await Promise.all([nodeFiles.makeDirectory(deep), nodeFiles.makeDirectory(join(directory, 'a', 'b', 'd'))])
  await nodeFiles.makeDirectory(deep)
  assert.ok(existsSync(deep))
  await rm(directory, { recursive: true })
})

test('a directory that can not be made is refused, also where the system names no reason that helps', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-files-'))
  const file = join(directory, 'file')
  await writeFile(file, '')
  await assert.rejects(nodeFiles.makeDirectory(file), { code: 'EEXIST' })
  await assert.rejects(nodeFiles.makeDirectory(join(file, 'below')), { code: 'ENOTDIR' })
  // Node's recursive form goes round for ever here.
  if (process.platform === 'linux')
    await assert.rejects(nodeFiles.makeDirectory('/proc/ottla/data'), { code: 'ENOENT' })
  await rm(directory, { recursive: true })
})
