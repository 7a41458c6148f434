import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetadataStore, MetaEvent } from '../metadata-store.ts'

/** What every metadata store promises. Run by the tests of each. */
export function metadataStoreContract(name: string, open: () => MetadataStore): void {
  const put = (store: MetadataStore, key: string, value: string | undefined) =>
    store.txn({ when: [], puts: [{ key, value }] })

  test(`${name}: what was put is in a snapshot, with the revisions of its first and its last change`, async () => {
    const store = open()
    const first = await put(store, 'a/1', 'x')
    await put(store, 'b/1', 'y')
    const last = await put(store, 'a/1', 'z')
    const { revision, entries } = await store.snapshot('a/')
    assert.equal(revision, last.revision)
    assert.deepEqual(entries, [{ key: 'a/1', value: 'z', createRevision: first.revision, modRevision: last.revision }])
  })

  test(`${name}: each way to compare holds for what is there, and only for that`, async () => {
    const store = open()
    const { revision: created } = await put(store, 'a', 'x')
    const { revision: changed } = await put(store, 'a', 'y')
    const holding = [
      { key: 'a', createRevision: created },
      { key: 'a', modRevision: changed },
      { key: 'a', value: 'y' },
      { key: 'missing', createRevision: 0 },
    ]
    const failing = [
      { key: 'a', createRevision: 0 },
      { key: 'a', modRevision: created },
      { key: 'a', value: 'x' },
      { key: 'missing', value: 'x' },
    ]
    for (const compare of holding) assert.equal((await store.txn({ when: [compare], puts: [] })).ok, true)
    for (const compare of failing) assert.equal((await store.txn({ when: [compare], puts: [] })).ok, false)
    assert.equal((await store.txn({ when: [...holding, failing[0]!], puts: [] })).ok, false)
  })

  test(`${name}: a transaction does the one thing or the other`, async () => {
    const store = open()
    const claim = (value: string) =>
      store.txn({
        when: [{ key: 'owner', createRevision: 0 }],
        puts: [{ key: 'owner', value }],
        otherwise: [{ key: 'loser', value }],
      })
    const results = await Promise.all([claim('first'), claim('second')])
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, false],
    )
    const { entries } = await store.snapshot('')
    assert.deepEqual(Object.fromEntries(entries.map(({ key, value }) => [key, value])), {
      owner: 'first',
      loser: 'second',
    })
  })

  test(`${name}: a watcher hears all changes under its prefix, in order, before they are answered`, async () => {
    const store = open()
    const { revision } = await store.snapshot('')
    const heard: MetaEvent[] = []
    const unwatch = store.watch('a/', revision, { events: (events) => void heard.push(...events), reset() {} })
    await Promise.all([put(store, 'a/1', 'x'), put(store, 'b/1', 'y'), put(store, 'a/2', 'z')])
    await put(store, 'a/1', undefined)
    assert.deepEqual(heard, [
      { key: 'a/1', value: 'x' },
      { key: 'a/2', value: 'z' },
      { key: 'a/1', value: undefined },
    ])
    unwatch()
    await put(store, 'a/3', 'x')
    assert.equal(heard.length, 3)
  })

  test(`${name}: a watcher that takes its time holds up the answer and the next change`, async () => {
    const store = open()
    const { revision } = await store.snapshot('')
    const order: string[] = []
    store.watch('', revision, {
      async events([event]) {
        order.push(`begin ${event!.key}`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`end ${event!.key}`)
      },
      reset() {},
    })
    const first = put(store, 'a', '1').then(() => order.push('answer a'))
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([first, put(store, 'b', '1').then(() => order.push('answer b'))])
    assert.deepEqual(order, ['begin a', 'end a', 'answer a', 'begin b', 'end b', 'answer b'])
  })

  test(`${name}: a key that was removed and made again is a new one`, async () => {
    const store = open()
    const first = await put(store, 'a', 'x')
    await put(store, 'a', undefined)
    assert.deepEqual((await store.snapshot('')).entries, [])
    const again = await put(store, 'a', 'x')
    assert.ok(again.revision > first.revision)
    assert.equal((await store.snapshot('')).entries[0]!.createRevision, again.revision)
  })
}
