// 200,000 flights, four foreign clients, a broker that is killed: see ../README.md.
import { parseArgs } from 'node:util'
import { eventually, sleep } from '../../../tests/compat/harness/command.ts'
import { type Server, startServer } from '../../../tests/compat/harness/server.ts'
import type { Client, Member } from './clients/client.ts'
import { javaClient } from './clients/java.ts'
import { kafkajsClient, withAdmin } from './clients/kafkajs.ts'
import { kcatClient } from './clients/kcat.ts'
import { platformaticClient } from './clients/platformatic.ts'
import { type FlightRecord, flightRecords } from './records.ts'
import { Sightings } from './sightings.ts'

const topic = 'flights'
const partitions = 6
const membersOfGroup = 3

const { values } = parseArgs({ options: { against: { type: 'string', default: 'ottla' } } })
const started = Date.now()
const say = (text: string) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`)

const clients = await available([kafkajsClient, platformaticClient, kcatClient, javaClient])
const records = await flightRecords()
const airports = [...new Set(records.map(({ key }) => key))].length
say(
  `${records.length} flights from ${airports - 1} airports, ${records.filter(({ key }) => key === null).length} without one`,
)

const server = await startServer(values.against, { settings: { 'group.initial.rebalance.delay.ms': '0' } })
say(`${values.against} serves on ${server.address}`)
const wrong = await flights(server).finally(() => server.dispose())
for (const problem of wrong) console.log(`  WRONG  ${problem}`)
say(
  wrong.length === 0
    ? 'everything is right: every record was seen, the order per key holds, each group resumed'
    : 'something is wrong',
)
process.exit(wrong.length === 0 ? 0 : 1)

interface Group {
  readonly client: Client
  readonly sightings: Sightings
  readonly members: Member[]
}

async function flights({ address, kill, restart, ours }: Server): Promise<string[]> {
  const problems: string[] = []
  await withAdmin(address, (admin) =>
    admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true }),
  )
  // The last quarter of each airport's flights is still being written when the broker dies.
  const { early, late } = splitByKey(records)
  await produceThrough(clients, address, early)
  const groups = await Promise.all(clients.map((client) => joinGroup(client, address)))
  await eventually('every group has committed something', () => allCommitted(address, groups), 90_000)
  const writing = produceThrough(clients.filter(survivesCrashes), address, late)
  await sleep(1_500)
  if (ours) {
    const committed = await committedOffsets(address, groups)
    say(`kill -9 after ${groups.map(({ client, sightings }) => `${client.name} read ${sightings.count}`).join(', ')}`)
    await kill()
    for (const [i, { client, sightings }] of groups.entries())
      if (client.letsGoInTime) sightings.resumesFrom(committed[i]!)
    await restart()
    say('the broker is back')
    const kept = await eventually('the groups are back', () => committedOffsets(address, groups))
    for (const [i, { client }] of groups.entries()) {
      problems.push(...whatWentBack(client, committed[i]!, kept[i]!))
    }
  }
  for (const { members } of groups) await members.pop()!.leave()
  say('one member of each group has left')
  await writing
  await eventually('every group has read everything', async () => groups.every(isDone) || undefined, 120_000).catch(
    () => undefined,
  )
  await Promise.all(groups.flatMap(({ members }) => members.map((member) => member.leave())))
  return [...problems, ...(await verdicts(address, groups))]
}

async function verdicts(address: string, groups: readonly Group[]): Promise<string[]> {
  const found: string[] = []
  const ends = await withAdmin(address, (admin) => admin.fetchTopicOffsets(topic))
  const stored = ends.reduce((sum, { high }) => sum + Number(high), 0)
  if (stored !== records.length) found.push(`the topic holds ${stored} records instead of ${records.length}`)
  for (const { client, sightings } of groups) {
    const differences = sightings.check(records)
    say(
      `${client.name}: ${sightings.count} records, ${sightings.repetitions} came again, ${differences.length} problems`,
    )
    found.push(...differences.map((problem) => `${client.name}: ${problem}`))
  }
  return found
}

/** An acknowledged commit outlives a crash. */
function whatWentBack(client: Client, before: Map<number, number>, after: Map<number, number>): string[] {
  return [...before]
    .filter(([partition, offset]) => (after.get(partition) ?? -1) < offset)
    .map(
      ([partition, offset]) =>
        `${client.name}: partition ${partition} had ${offset} committed, now ${after.get(partition)}`,
    )
}

async function available(all: readonly Client[]): Promise<Client[]> {
  const found: Client[] = []
  for (const client of all) {
    const missing = await client.missing()
    if (missing === undefined) found.push(client)
    else say(`without ${client.name}: ${missing}`)
  }
  return found
}

/** These go on by themselves, and in order, when the broker goes away in the middle of a request. */
function survivesCrashes(client: Client): boolean {
  return client === kcatClient || client === javaClient || clients.length <= 2
}

function splitByKey(all: readonly FlightRecord[]): { early: FlightRecord[]; late: FlightRecord[] } {
  const total = new Map<string | null, number>()
  for (const { key } of all) total.set(key, (total.get(key) ?? 0) + 1)
  const so = new Map<string | null, number>()
  const early: FlightRecord[] = []
  const late: FlightRecord[] = []
  for (const record of all) {
    const nth = so.get(record.key) ?? 0
    so.set(record.key, nth + 1)
    if (record.key === null || nth < total.get(record.key)! * 0.75) early.push(record)
    else late.push(record)
  }
  return { early, late }
}

/** Each airport's flights go through one client, so that their order is known; those without one through the first. */
async function produceThrough(
  writers: readonly Client[],
  address: string,
  all: readonly FlightRecord[],
): Promise<void> {
  const writerOf = new Map<string | null, number>([[null, 0]])
  for (const { key } of all) if (!writerOf.has(key)) writerOf.set(key, writerOf.size % writers.length)
  const shares = writers.map((_, i) => all.filter(({ key }) => writerOf.get(key) === i))
  await Promise.all(
    writers.map(async (client, i) => {
      await client.produce(address, topic, shares[i]!)
      say(`${client.name} wrote ${shares[i]!.length} records`)
    }),
  )
}

async function joinGroup(client: Client, address: string): Promise<Group> {
  const group = `readers-${clients.indexOf(client)}`
  const sightings = new Sightings(group)
  const take = sightings.take.bind(sightings)
  const joining = Array.from({ length: membersOfGroup }, () => client.join({ address, topic, group, take }))
  return { client, sightings, members: await Promise.all(joining) }
}

function isDone({ sightings }: Group): boolean {
  return sightings.count >= records.length
}

async function allCommitted(address: string, groups: readonly Group[]): Promise<true | undefined> {
  const all = await committedOffsets(address, groups)
  return all.every((offsets) => [...offsets.values()].some((offset) => offset > 0)) || undefined
}

/** Partition to offset, group by group. */
function committedOffsets(address: string, groups: readonly Group[]): Promise<Map<number, number>[]> {
  return withAdmin(address, (admin) =>
    Promise.all(
      groups.map(async ({ sightings }) => {
        const [offsets] = await admin.fetchOffsets({ groupId: sightings.group, topics: [topic] })
        return new Map(offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
      }),
    ),
  )
}
