// Runs the storage simulation.
//   npm run simulate                            10,000 seeds, on all cores
//   npm run simulate -- --seeds N --from M      N seeds from M on
//   npm run simulate -- --seed N                one seed, with its log
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { StorageRun } from './storage/storage-run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
})
const failuresLimit = 3

async function showSeed(seed: number): Promise<void> {
  const write = (level: string, message: string, fields?: object) => console.log(level, message, fields ?? '')
  const run = new StorageRun({ seed, log: { enabled: () => true, write } })
  await run.run()
  console.log(`seed ${seed} passed`, run.counts)
}

async function runSeeds(from: number, count: number): Promise<void> {
  const totals: Record<string, number> = {}
  let failed = 0
  for (let seed = from; seed < from + count && failed < failuresLimit; seed++) {
    const run = new StorageRun({ seed })
    await run.run().catch((error) => {
      failed++
      console.error(`seed ${seed} failed; again with: npm run simulate -- --seed ${seed}`)
      console.error(error)
    })
    for (const [what, number] of Object.entries(run.counts)) totals[what] = (totals[what] ?? 0) + number
  }
  console.log(`seeds ${from} to ${from + count - 1}: ${failed} failed`, totals)
  process.exitCode = failed > 0 ? 1 : 0
}

/** Splits the seeds among processes. */
async function runInParallel(from: number, count: number, jobs: number): Promise<void> {
  const began = performance.now()
  const share = Math.ceil(count / jobs)
  const codes = await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const first = from + job * share
      const last = Math.min(first + share, from + count)
      const args = ['--jobs', '1', '--from', String(first), '--seeds', String(last - first)]
      const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
        stdio: 'inherit',
      })
      return new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
    }),
  )
  console.log(`${count} seeds in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  process.exitCode = Math.max(...codes)
}

const [from, seeds, jobs] = [Number(values.from), Number(values.seeds), Number(values.jobs)]
if (values.seed !== undefined) await showSeed(Number(values.seed))
else if (jobs > 1) await runInParallel(from, seeds, jobs)
else await runSeeds(from, seeds)
