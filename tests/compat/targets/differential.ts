// The same requests to Ottla and to Apache Kafka, in every version that Ottla has; the answers field by field.
import { apiVersionsRequest } from '@ottla/protocol'
import type { Case } from '../differential/case.ts'
import { cases } from '../differential/cases/index.ts'
import { compareSteps, type Difference } from '../differential/compare.ts'
import { type Expected, expectedDifferences, isExpected } from '../differential/expected-differences.ts'
import { Side, type SideOptions } from '../differential/side.ts'
import { javaWithKafka } from '../harness/kafka-jars.ts'
import { startServer } from '../harness/server.ts'
import type { RunContext, Target } from '../harness/target.ts'

const settings = { 'node.id': '1', 'num.partitions': '2', 'group.min.session.timeout.ms': '1000' }
/** Both brokers are busy with one case each while the others wait for timers. */
const casesAtOnce = 6
const caseTimeoutMs = 60_000

export const differential: Target = {
  name: 'differential',
  settings,
  prepare: async () => {
    const java = await javaWithKafka()
    return 'missing' in java ? `there is no Apache Kafka to compare with: ${java.missing}` : undefined
  },
  run: compareAll,
}

interface Both {
  readonly ottla: string
  readonly kafka: string
  readonly startedMs: number
}

interface Seen {
  readonly where: string
  readonly version: number | undefined
  readonly difference: Difference
}

async function compareAll({ server, only, report }: RunContext): Promise<void> {
  const reference = process.env.OTTLA_DIFFERENTIAL_KAFKA ?? 'kafka'
  const kafka = await startServer(reference, { settings: { 'group.initial.rebalance.delay.ms': '0', ...settings } })
  try {
    const both: Both = { ottla: server.address, kafka: kafka.address, startedMs: Date.now() }
    await withSides(both, 'd-start', (side) => side.started())
    const versions = await advertised(both)
    const used = new Set<Expected>()
    let compared = 0
    const wanted = cases.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)))
    await inParallel(wanted, async (one) => {
      const started = Date.now()
      const { seen, steps } = await runCase(one, both, versionsOf(one, versions))
      compared += steps
      const meant = seen.filter(({ where, difference }) => {
        const expected = expectedDifferences.filter((each) => isExpected(each, where, difference))
        for (const each of expected) used.add(each)
        return expected.length > 0
      })
      const left = seen.filter((each) => !meant.includes(each))
      const verdict = left.length === 0 ? 'passed' : 'failed'
      report({ name: one.name, verdict, ms: Date.now() - started, ...(left.length > 0 && { detail: listed(left) }) })
    })
    console.log(`  ${compared} answers of ${wanted.length} cases compared`)
    // Kafka compared with itself differs in nothing, and that says nothing of the table.
    if (only.length > 0 || used.size === 0) return
    for (const stale of expectedDifferences.filter((each) => !used.has(each)))
      report({ name: `expected: ${stale.reason}`, verdict: 'failed', detail: 'this does not differ any more', ms: 0 })
  } finally {
    await kafka.dispose()
  }
}

async function runCase(one: Case, both: Both, versions: readonly (number | undefined)[]) {
  const seen: Seen[] = []
  let steps = 0
  for (const version of versions) {
    const slug = one.name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()
    const prefix = `d-${both.startedMs.toString(36)}-${slug}${version === undefined ? '' : `-v${version}`}`
    const [kafka, ottla] = await withSides(both, prefix, async (side) => {
      await withTimeout(one.run(side, version ?? 0)).catch((error) =>
        side.note('the case goes to its end', String(error)),
      )
      return side.steps
    })
    steps += kafka!.length
    for (const difference of compareSteps(kafka!, ottla!)) {
      const strip = (text: string) => text.replaceAll(`${prefix}-`, '')
      const where = `${one.name} / ${difference.step}`
      seen.push({ where, version, difference: { ...difference, path: strip(difference.path) } })
    }
  }
  return { seen, steps }
}

/** Runs on both at once; Kafka's result comes first. */
function withSides<T>(both: Both, prefix: string, run: (side: Side) => Promise<T>): Promise<T[]> {
  const kinds: readonly SideOptions['kind'][] = ['kafka', 'ottla']
  return Promise.all(
    kinds.map(async (kind) => {
      const side = new Side({ kind, address: both[kind], prefix, startedMs: both.startedMs })
      try {
        return await run(side)
      } finally {
        side.close()
      }
    }),
  )
}

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${caseTimeoutMs} ms`)), caseTimeoutMs)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** The versions of each API that both have. */
async function advertised(both: Both): Promise<Map<number, readonly [number, number]>> {
  const [kafka, ottla] = await withSides(both, 'd-versions', (side) => side.tell(apiVersionsRequest, 0, {}))
  const result = new Map<number, readonly [number, number]>()
  for (const { apiKey, minVersion, maxVersion } of ottla.apiKeys) {
    const known = kafka.apiKeys.find((one: { apiKey: number }) => one.apiKey === apiKey)
    if (known !== undefined)
      result.set(apiKey, [Math.max(minVersion, known.minVersion), Math.min(maxVersion, known.maxVersion)])
  }
  return result
}

function versionsOf({ request, at }: Case, versions: Map<number, readonly [number, number]>) {
  if (request === undefined) return [undefined]
  const [min, max] = versions.get(request.api!) ?? [0, -1]
  const all = Array.from({ length: max - min + 1 }, (_, i) => min + i)
  return at === undefined ? all : all.filter(at)
}

/** One line for a difference, however many versions, steps and items show it. */
function listed(seen: readonly Seen[]): string {
  const lines = new Map<string, Seen[]>()
  for (const one of seen) {
    const { path, kafka, ottla } = one.difference
    const line = `${path.replace(/\[.*?\]/g, '[…]')}: Kafka ${short(kafka)}, Ottla ${short(ottla)}`
    lines.set(line, [...(lines.get(line) ?? []), one])
  }
  return [...lines].map(([line, same]) => `${line}${spread(same)}`).join('\n')
}

/** At which versions, steps and items. */
function spread(seen: readonly Seen[]): string {
  const versions = [...new Set(seen.map(({ version }) => version))].filter((version) => version !== undefined)
  const steps = [...new Set(seen.map(({ where }) => where.slice(where.indexOf(' / ') + 3)))]
  const items = [...new Set(seen.flatMap(({ difference }) => difference.path.match(/\[.*?\]/g)?.join('') ?? []))]
  const of = (all: readonly string[]) => all.slice(0, 4).join(', ') + (all.length > 4 ? ` … ${all.length} in all` : '')
  const parts = [versions.length === 0 ? '' : `v${versions.join(',')}`, of(steps), of(items)]
  return `\n    in ${parts.filter((part) => part !== '').join('; ')}`
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: casesAtOnce }, worker))
}
