import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Plant, plants } from './storage/plants.ts'
import { StorageRun } from './storage/storage-run.ts'

const seeds = 150

async function runs(seed: number, plant?: Plant): Promise<void> {
  try {
    await new StorageRun(plant === undefined ? { seed } : { seed, plant }).run()
  } catch (cause) {
    throw new Error(`seed ${seed} failed; again with: npm run simulate -- --seed ${seed}`, { cause })
  }
}

test('no acknowledged record is lost, moved or doubled, whatever crashes', async () => {
  for (let seed = 1; seed <= seeds; seed++) await runs(seed)
})

test('the same seed gives the same run', async () => {
  for (const seed of [3, 14, 15]) {
    const counts = []
    for (const run of [new StorageRun({ seed }), new StorageRun({ seed })]) {
      await run.run()
      counts.push({ ...run.counts, now: run.now })
    }
    assert.deepEqual(counts[0], counts[1])
  }
})

for (const [name, plant] of Object.entries(plants))
  test(`the simulation notices when ${name}`, async () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const found = await runs(seed, plant).then(
        () => false,
        () => true,
      )
      if (found) return
    }
    assert.fail('it did not')
  })
