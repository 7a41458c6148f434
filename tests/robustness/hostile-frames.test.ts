// A whole broker and every API that it answers, against frames that no client would send.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { apiOf, encoder, requestHeader, requestHeaderVersion, Writer } from '@ottla/protocol'
import { type Address, type Connection, nodeRuntime } from '@ottla/runtime'
import { startBroker } from 'ottla'

const goldenUrl = new URL('../../../shared/spec/golden-messages.jsonl', import.meta.url)
const skip = existsSync(goldenUrl) ? false : 'shared/spec/golden-messages.jsonl is not there'
const headBytes = 12
/** How long a request may stay without an answer: some wait for members, and Produce with acks=0 has none. */
const patienceMs = 20

/** Small, seeded and good enough to choose bytes with. */
function chance(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
type Random = ReturnType<typeof chance>

/** Requests as Kafka's own encoder made them, with a header in front. */
function goldenFrames(): Buffer[] {
  const writer = new Writer()
  return readFileSync(goldenUrl, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"request"'))
    .map((line) => JSON.parse(line) as { apiKey: number; version: number; hex: string })
    .filter(({ apiKey, version }) => version >= (apiOf(apiKey)?.request.versions[0] ?? Infinity))
    .map(({ apiKey, version, hex }) => {
      const header = { requestApiKey: apiKey, requestApiVersion: version, correlationId: 1, clientId: 'hostile' }
      writer.beginFrame()
      encoder(requestHeader, requestHeaderVersion(apiOf(apiKey)!.request, version))(writer, header)
      writer.raw(Buffer.from(hex, 'hex'))
      return Buffer.concat(writer.endFrame())
    })
}

/** Changes a few bytes behind the head, so that mostly the decoders and handlers see them; sometimes anywhere. */
function mutated(frame: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(frame)
  const from = random(20) === 0 ? 0 : Math.min(headBytes, bytes.length - 1)
  for (let changes = random(5); changes > 0; changes--) {
    const at = from + random(bytes.length - from)
    const kind = random(4)
    if (kind === 0) bytes[at] = random(256)
    else if (kind === 1) bytes[at]! ^= 1 << random(8)
    else bytes.fill(kind === 2 ? 0xff : 0, at, Math.min(bytes.length, at + 1 + random(8)))
  }
  return random(20) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
}

const runtime = nodeRuntime()

/** Resolves when the broker answers or closes, or after a while. */
async function provoke(address: Address, frames: readonly Buffer[]): Promise<void> {
  const connection = await runtime.network.connect(address)
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patienceMs)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    connection.onData(end)
    connection.onClose(end)
    connection.write(frames)
  })
  connection.destroy()
}

/** An ApiVersions v0, answered. */
function askHealth(connection: Connection, answered: () => void): void {
  connection.onData(answered)
  connection.write([Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])])
}

test('whatever frames come, they end their own connection at most and are no defect', { skip }, async () => {
  const defects: unknown[] = []
  await using broker = await startBroker({
    log: (level, message, fields) => void (level === 'error' && defects.push({ message, ...fields })),
  })
  const frames = goldenFrames()
  const random = chance(11)
  for (let round = 0; round < 300; round++) {
    const chosen = Array.from({ length: 8 }, () => mutated(frames[random(frames.length)]!, random))
    await provoke(broker.address, chosen)
  }
  const healthy = await runtime.network.connect(broker.address)
  await new Promise<void>((resolve) => askHealth(healthy, resolve))
  healthy.destroy()
  assert.deepEqual(defects, [])
})

test('golden requests of every API and version are answered or refused, and are no defect', { skip }, async () => {
  const defects: unknown[] = []
  await using broker = await startBroker({
    log: (level, message, fields) =>
      void ((level === 'error' || /malformed|could not/.test(message)) && defects.push({ message, ...fields })),
  })
  for (const frame of goldenFrames()) await provoke(broker.address, [frame])
  assert.deepEqual(defects, [])
})
