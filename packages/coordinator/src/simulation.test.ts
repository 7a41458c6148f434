import { test } from 'node:test'
import { Simulation } from './testing/simulation.ts'

// One seed again: GROUP_SEED=123 npm test -- packages/coordinator. More of them: GROUP_SEEDS=100000.
const only = process.env.GROUP_SEED
const first = only === undefined ? 1 : Number(only)
const count = only === undefined ? Number(process.env.GROUP_SEEDS ?? 100) : 1

test('groups and offsets hold their promises through crashes of members, coordinator and disk', async () => {
  for (let seed = first; seed < first + count; seed++) {
    try {
      await new Simulation(seed).run()
    } catch (error) {
      throw new Error(`seed ${seed} (GROUP_SEED=${seed} repeats it)`, { cause: error })
    }
  }
})
