import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DirectoryLockedError } from '../files.ts'
import { lockDirectory } from './lock.ts'

test('a directory is locked once, and again after its release', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-lock-'))
  const lock = await lockDirectory(directory)
  await assert.rejects(lockDirectory(`${directory}/../${directory.split('/').at(-1)}`), DirectoryLockedError)
  await lock.release()
  await (await lockDirectory(directory)).release()
  await rm(directory, { recursive: true })
})

test('the lock of a killed process is free', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-lock-'))
  const script = `
    const { lockDirectory } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)})
    await lockDirectory(${JSON.stringify(directory)})
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await assert.rejects(lockDirectory(directory), DirectoryLockedError)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await lockDirectory(directory)).release()
  await rm(directory, { recursive: true })
})
