// What each example must say, and what must be in the broker when it has ended: read by kafkajs, which shares no code with
// the client that the examples use.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { succeed } from '../compat/harness/command.ts'
import { root } from '../compat/harness/paths.ts'
import type { Server } from '../compat/harness/server.ts'
import { committedOf, recordsOf, topicNames } from './look.ts'
import { standInForMsk } from './stand-in-for-msk.ts'

export interface Outcome {
  readonly code: number
  readonly output: string
}

export interface Example {
  readonly name: string
  /** Without it, on Ottla. */
  readonly on?: 'kafka'
  readonly says: readonly RegExp[]
  /** What else it needs: variables of its environment. */
  readonly prepare?: (server: Server) => Promise<{ env: Record<string, string>; dispose: () => Promise<void> }>
  /** What is wrong with what it has left in the broker. */
  readonly leaves?: (bootstrap: string, outcome: Outcome) => Promise<string[]>
}

export const examples: readonly Example[] = [
  {
    name: 'produce-a-file',
    says: [/^1200 lines went into the topic readings, in \d+ batches\.$/m],
    async leaves(bootstrap) {
      const records = await recordsOf(bootstrap, 'readings')
      const misplaced = records.filter(({ key, value }) => !value.startsWith(`${key},`))
      const wrong = expect('records', records.length, 1200).concat(expect('wrong keys', misplaced.length, 0))
      for (const station of new Set(records.map(({ key }) => key))) {
        const times = records.filter(({ key }) => key === station).map(({ value }) => value.split(',')[1]!)
        if (times.join() !== times.toSorted().join()) wrong.push(`the readings of ${station} are out of order`)
      }
      return wrong
    },
  },
  {
    name: 'consume-in-a-group',
    says: [
      /^eve has 2 of the 6 partitions\.$/m,
      /^ann has left; bob and eve/m,
      /^600 parcels were handled, 0 of them twice\.$/m,
    ],
    leaves: async (bootstrap) => expect('committed', await committedOf(bootstrap, 'depot', 'parcels'), 600),
  },
  {
    name: 'typed-topics',
    says: [
      /^Not sent: the value of a record does not fit: cents: .* \(topic orders\)$/m,
      /^o-1: tea for 450 cents, placed on a Sunday$/m,
      /^Skipped o-3 at offset 1: cents,placedAt$/m,
      /^Total: 2350 cents$/m,
    ],
    async leaves(bootstrap) {
      const records = await recordsOf(bootstrap, 'orders')
      return expect('keys', records.map(({ key }) => key).join(), 'o-1,o-3,o-4')
    },
  },
  {
    name: 'opentelemetry',
    says: [
      /^POST \/orders\n {2}send orders\n {4}process orders\n {6}charge the card\n {6}send receipts\n {8}process receipts {2}failed: RangeError$/m,
      /^messaging\.client\.sent\.messages: 2$/m,
    ],
    async leaves(bootstrap) {
      const records = [...(await recordsOf(bootstrap, 'orders')), ...(await recordsOf(bootstrap, 'receipts'))]
      const traces = records.map(
        ({ headers }) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(headers.traceparent ?? '')?.[1],
      )
      return expect('records', records.length, 2).concat(expect('traces', new Set(traces).size, 1))
    },
  },
  {
    name: 'kafkajs',
    says: [/^created: true$/m, /^o-1: 100 cents, from the web, at \d\/\d$/m, /^committed: \d,\d,\d$/m],
    async leaves(bootstrap, { output }) {
      const before = await runWithKafkajs(bootstrap)
      return expect('what it prints', output, before).concat(expect('lines', output.trim().split('\n').length, 6))
    },
  },
  {
    name: 'aws-msk-iam',
    says: [/^Logged in\. The cluster has 1 broker\.$/m],
    prepare: standInForMsk,
  },
  {
    name: 'transaction',
    on: 'kafka',
    says: [/^The first mover stumbled: a power cut, say$/m, /^50 invoices for 50 orders\.$/m],
    async leaves(bootstrap, { output }) {
      const orders = await topicsLike(bootstrap, 'orders-')
      const invoices = await topicsLike(bootstrap, 'invoices-')
      if (orders === undefined || invoices === undefined) return [`no topics; it said ${output}`]
      const keys = (await recordsOf(bootstrap, invoices)).map(({ key }) => key)
      return [
        ...expect('committed invoices', keys.length, 50),
        ...expect('orders with an invoice', new Set(keys).size, 50),
        ...expect('committed orders', await committedOf(bootstrap, `movers-of-${orders}`, orders), 50),
      ]
    },
  },
  {
    name: 'work-queue',
    on: 'kafka',
    says: [
      /^worker \d: to nobody: reject, delivery 1$/m,
      /^worker \d: to a full mailbox: release, delivery 2$/m,
      /^worker \d: to a full mailbox: accept, delivery 3$/m,
      /^6 mails are dealt with, 1 of them rejected\.$/m,
    ],
  },
]

/** The example as it was before its import was changed. */
async function runWithKafkajs(bootstrap: string): Promise<string> {
  const folder = join(root, 'examples', 'kafkajs')
  const file = join(folder, 'before.tmp.ts')
  const changed = readFileSync(join(folder, 'main.ts'), 'utf8')
  const original = changed.replace("'@ottla/client/kafkajs' // was: 'kafkajs'", "'kafkajs'")
  if (original === changed) throw new Error('the import of the example is another')
  writeFileSync(file, original)
  try {
    const args = ['--conditions=@ottla/source', '--import', 'tsx', file]
    return await succeed(process.execPath, args, {
      cwd: folder,
      env: { OTTLA_BOOTSTRAP: bootstrap, KAFKAJS_NO_PARTITIONER_WARNING: '1' },
    })
  } finally {
    rmSync(file)
  }
}

function expect(what: string, found: unknown, expected: unknown): string[] {
  return found === expected ? [] : [`${what}: ${found} instead of ${expected}`]
}

async function topicsLike(bootstrap: string, prefix: string): Promise<string | undefined> {
  return (await topicNames(bootstrap))
    .filter((name) => name.startsWith(prefix))
    .sort()
    .at(-1)
}
