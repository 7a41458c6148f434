import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryFiles } from './files.ts'

test('what is written is read again, wherever it lies', async () => {
  const files = memoryFiles()
  await files.makeDirectory('/a')
  const file = await files.open('/a/b', 'write')
  await file.write(0, [Buffer.from('hello '), Buffer.from('world')])
  await file.write(13, [Buffer.from('!')])
  assert.equal((await file.read(6, 100)).toString(), 'world\0\0!')
  assert.equal((await file.read(99, 1)).length, 0)
  await file.truncate(5)
  assert.equal((await files.readFile('/a/b')).toString(), 'hello')
  await file.truncate(7)
  assert.equal((await files.readFile('/a/b')).toString(), 'hello\0\0')
  assert.equal(await files.size('/a/b'), 7)
})

test('directories hold what was made in them', async () => {
  const files = memoryFiles()
  for (const directory of ['/a/b', '/ab']) await files.makeDirectory(directory)
  for (const path of ['/a/1', '/a/2', '/a/b/3', '/ab/4']) await files.open(path, 'write')
  assert.deepEqual((await files.list('/a')).sort(), ['1', '2', 'b'])
  await files.rename('/a/1', '/a/b/1')
  await files.removeTree('/a/b')
  assert.deepEqual(await files.list('/a'), ['2'])
  assert.deepEqual(await files.list('/none'), [])
  assert.equal(await files.size('/a/b/1'), undefined)
})

test('a file that is not there is told as on a disk', async () => {
  const files = memoryFiles()
  await assert.rejects(files.open('/none', 'read'), { code: 'ENOENT' })
  await assert.rejects(files.readFile('/none'), { code: 'ENOENT' })
  await files.remove('/none')
})
