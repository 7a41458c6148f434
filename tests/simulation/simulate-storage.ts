// Runs the storage simulation: `npm run simulate -- --seed N` for one seed, with its log; `-- --seeds N [--from M]` for many.
import { parseArgs } from 'node:util'
import { StorageRun } from './storage/storage-run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    quiet: { type: 'boolean', default: false },
  },
})

const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const printing = {
  enabled: () => true,
  write: (level: string, message: string, fields?: object) => console.log(level, message, fields ?? ''),
}

const totals: Record<string, number> = {}
let failed = 0
const began = performance.now()
for (let seed = first; seed < first + count; seed++) {
  const run = new StorageRun(values.seed === undefined ? { seed } : { seed, log: printing })
  try {
    await run.run()
  } catch (error) {
    failed++
    console.error(`seed ${seed} failed; again with: npm run simulate -- --seed ${seed}`)
    console.error(error)
    if (failed === 3) break
  }
  for (const [what, number] of Object.entries(run.counts)) totals[what] = (totals[what] ?? 0) + number
}
console.log(`${count} seeds in ${((performance.now() - began) / 1000).toFixed(1)} s`, totals)
process.exitCode = failed > 0 ? 1 : 0
