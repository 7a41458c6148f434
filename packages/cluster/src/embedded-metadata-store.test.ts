import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EmbeddedMetadataStore } from './embedded-metadata-store.ts'
import { MemoryKeys } from './testing/memory-keys.ts'
import { metadataStoreContract } from './testing/metadata-store-contract.ts'

metadataStoreContract('embedded', () => new EmbeddedMetadataStore(new MemoryKeys()))

test('what an earlier run put is there', async () => {
  const keys = new MemoryKeys()
  await new EmbeddedMetadataStore(keys).txn({ when: [], puts: [{ key: 'a', value: 'x' }] })
  const { entries } = await new EmbeddedMetadataStore(keys).snapshot('')
  assert.deepEqual(
    entries.map(({ key, value }) => [key, value]),
    [['a', 'x']],
  )
})

test('a failed write rejects all that it would have held, and leaves the revision', async () => {
  const keys = new MemoryKeys()
  const store = new EmbeddedMetadataStore(keys)
  const { revision } = await store.snapshot('')
  keys.failure = new Error('no space')
  const puts = ['a', 'b', 'c'].map((key) => store.txn({ when: [], puts: [{ key, value: 'x' }] }))
  for (const result of await Promise.allSettled(puts)) assert.equal(result.status, 'rejected')
  assert.deepEqual(await store.snapshot(''), { revision, entries: [] })
})
