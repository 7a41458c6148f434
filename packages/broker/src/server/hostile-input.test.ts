import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  apiOf,
  apiVersionsRequest,
  apiVersionsResponse,
  encoder,
  requestHeader,
  requestHeaderVersion,
  Writer,
} from '@ottla/protocol'
import { batchOf } from '../testing/records.ts'
import { TestBroker } from '../testing/test-broker.ts'
import type { WireClient } from '../testing/wire-client.ts'

const goldenUrl = new URL('../../../../../shared/spec/golden-messages.jsonl', import.meta.url)
const skip = existsSync(goldenUrl) ? false : 'shared/spec/golden-messages.jsonl is not there'

/** The keys of the handlers that this test's broker can answer: others need services that it does not have. */
const testedKeys = new Set([0, 1, 2, 18, 21, 22, 23, 35, 61])

/** Small, seeded and good enough to choose bytes with. */
function chance(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Frames as Kafka's own encoder made them, with a header in front. */
function goldenFrames(): Buffer[] {
  const writer = new Writer()
  return readFileSync(goldenUrl, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"request"'))
    .map((line) => JSON.parse(line) as { apiKey: number; version: number; hex: string })
    .filter(({ apiKey, version }) => testedKeys.has(apiKey) && version >= (apiOf(apiKey)?.request.versions[0] ?? 99))
    .map(({ apiKey, version, hex }) => {
      const header = { requestApiKey: apiKey, requestApiVersion: version, correlationId: 1, clientId: 'fuzz' }
      writer.beginFrame()
      encoder(requestHeader, requestHeaderVersion(apiOf(apiKey)!.request, version))(writer, header)
      writer.raw(Buffer.from(hex, 'hex'))
      return Buffer.concat(writer.endFrame())
    })
}

type Random = ReturnType<typeof chance>

function mutated(frame: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(frame)
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(bytes.length)
    const kind = random(4)
    if (kind === 0) bytes[at] = random(256)
    else if (kind === 1) bytes[at]! ^= 1 << random(8)
    else if (kind === 2) bytes.fill(0xff, at, Math.min(bytes.length, at + 1 + random(8)))
    else bytes.fill(0x7f, at, Math.min(bytes.length, at + 1 + random(4)))
  }
  // Mostly the frame stays whole, so that the decoders see what is in it.
  if (random(10) > 0) bytes.writeInt32BE(bytes.length - 4, 0)
  return random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
}

const asksHealthily = async (client: WireClient) =>
  (await client.ask(apiVersionsRequest, apiVersionsResponse, 0, {})).apiKeys.length > 0

test('mutated requests end their own connection at most, and the broker serves on', { skip }, async (t) => {
  const broker = await TestBroker.start({ stuckConnectionMs: 1000 })
  t.after(() => broker.close())
  const [partition] = broker.addTopic('t', 3)
  await partition!.append(batchOf('a', 'b'))
  const other = await broker.connect()
  const frames = goldenFrames()
  const random = chance(7)
  for (let round = 0; round < 400; round++) {
    const client = await broker.connect()
    for (let count = 0; count < 5; count++) client.sendBytes(mutated(frames[random(frames.length)]!, random))
    if (round % 20 === 0) assert.ok(await asksHealthily(other))
    client.close()
    await client.whenClosed
  }
  assert.ok(await asksHealthily(other))
  const defects = broker.logged.filter(({ level }) => level === 'error')
  assert.deepEqual(defects, [])
})

test('golden requests of all versions are understood', { skip }, async (t) => {
  const broker = await TestBroker.start()
  t.after(() => broker.close())
  // A Produce with acks=0 has no answer, and the golden ones have no records worth an append.
  for (const frame of goldenFrames()) {
    const client = await broker.connect()
    client.sendBytes(frame)
    await Promise.race([client.nextFrame(), client.whenClosed])
    client.close()
  }
  const malformed = broker.logged.filter(({ message }) => /malformed|could not/.test(message))
  assert.deepEqual(malformed, [])
})
