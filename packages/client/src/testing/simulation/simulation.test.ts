import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { SimulationKind } from './simulation.ts'
import { simulations } from './simulations.ts'

/** `npm run simulate:client` has more, and shows that they find bugs. */
const seeds = 12
const kinds = Object.keys(simulations) as SimulationKind[]

for (const kind of kinds)
  test(`among faults, the promises of the simulation ${kind} hold`, async () => {
    for (let seed = 1; seed <= seeds; seed++)
      await simulations[kind](seed)
        .run()
        .catch((cause) => {
          const again = `npm run simulate:client -- --kind ${kind} --seed ${seed}`
          throw new Error(`seed ${seed} failed; again with: ${again}\n${cause.message}`, { cause })
        })
  })

test('the same seed gives the same run', async () => {
  for (const kind of kinds) {
    const runs = [simulations[kind](7), simulations[kind](7)]
    for (const run of runs) await run.run()
    deepEqual(runs[0]!.counts, runs[1]!.counts, kind)
  }
})
