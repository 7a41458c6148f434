// Runs the client's simulations.
//   npm run simulate:client                             2,000 seeds on all cores (see `shares`), then the mutants
//   npm run simulate:client -- --kind share --seed N    one seed
//   npm run simulate:client -- --seeds N --from M       N seeds from M on, or so many of one --kind
//   npm run simulate:client -- --mutants                only the mutants
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundledSimulations } from './bundled.ts'
import { type Mutant, mutants } from './mutants.ts'
import type { SimulationKind } from './simulation.ts'
import { simulations } from './simulations.ts'

const { values } = parseArgs({
  options: {
    kind: { type: 'string', multiple: true, default: Object.keys(simulations) },
    seed: { type: 'string' },
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    job: { type: 'string' },
    mutants: { type: 'boolean' },
  },
})
const kinds = values.kind as SimulationKind[]
const [from, seeds, jobs] = [Number(values.from), Number(values.seeds), Number(values.jobs)]
const failuresLimit = 3
/** In so many seeds a mutant shows. */
const mutantSeeds = 200
/** Of the seeds, each kind has so many: groups take longer than producers. */
const shares: Readonly<Record<SimulationKind, number>> = {
  producer: 1,
  transactions: 0.5,
  classic: 0.25,
  consumer: 0.25,
  share: 0.25,
}

/** Each job takes every `jobs`th seed of each kind. */
async function runJob(job: number): Promise<void> {
  const bundled = await bundledSimulations()
  for (const kind of kinds) {
    const totals: Record<string, number> = {}
    const end = from + seeds * (kinds.length === 1 ? 1 : shares[kind])
    let failed = 0
    for (let seed = from + job; seed < end && failed < failuresLimit; seed += jobs) {
      const run = bundled[kind](seed)
      await run.run().catch((error) => {
        failed++
        console.error(
          `${kind}, seed ${seed} failed; again with: npm run simulate:client -- --kind ${kind} --seed ${seed}`,
        )
        console.error(error)
      })
      for (const [what, number] of Object.entries(run.counts)) totals[what] = (totals[what] ?? 0) + number
    }
    console.log(`${kind}: ${failed} failed of this job's share`, JSON.stringify(totals))
    if (failed > 0) process.exitCode = 1
  }
}

async function runMutants(job: number): Promise<void> {
  for (let i = job; i < mutants.length; i += jobs) {
    const seed = await seedThatFinds(mutants[i]!)
    const found = seed === undefined ? `NOT noticed in ${mutantSeeds} seeds` : `noticed with seed ${seed}`
    console.log(`${mutants[i]!.kind}: ${mutants[i]!.name}: ${found}`)
    if (seed === undefined) process.exitCode = 1
  }
}

async function seedThatFinds(mutant: Mutant): Promise<number | undefined> {
  const mutated = await bundledSimulations(mutant)
  for (let seed = 1; seed <= mutantSeeds; seed++) {
    const failure = await mutated[mutant.kind](seed)
      .run()
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    if (failure !== undefined) return seed
  }
  return undefined
}

async function runInParallel(): Promise<void> {
  const beganMs = performance.now()
  const codes = await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2), '--job', String(job)]
      const child = spawn(process.execPath, args, { stdio: 'inherit' })
      return new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
    }),
  )
  console.log(`${((performance.now() - beganMs) / 1000).toFixed(1)} s`)
  process.exitCode = Math.max(...codes)
}

if (values.seed !== undefined) {
  const run = simulations[kinds[0]!](Number(values.seed))
  await run.run()
  console.log(`${kinds[0]}, seed ${values.seed} passed`, run.counts)
} else if (values.job === undefined) await runInParallel()
else {
  const job = Number(values.job)
  const isAll = process.argv.length === 4
  if (values.mutants !== true) await runJob(job)
  if (values.mutants === true || isAll) await runMutants(job)
}
