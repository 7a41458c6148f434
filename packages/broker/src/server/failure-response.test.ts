import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decoder, ErrorCode, encoder, KafkaError, Reader, Writer } from '@ottla/protocol'
import type { Handler } from '../handler.ts'
import { handlers } from '../handlers/index.ts'
import { failureResponse } from './failure-response.ts'
import { Routes } from './request-route.ts'

const goldenUrl = new URL('../../../../../shared/spec/golden-messages.jsonl', import.meta.url)
const skip = existsSync(goldenUrl) ? false : 'shared/spec/golden-messages.jsonl is not there'

function roundTrip({ api }: Handler, version: number, response: unknown): any {
  const writer = new Writer()
  encoder(api.response, version)(writer, response as any)
  return decoder(api.response, version)(new Reader(writer.finish()))
}

const codesIn = (value: unknown): number[] => {
  if (Array.isArray(value)) return value.flatMap(codesIn)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === 'errorCode' ? [inner as number] : codesIn(inner)))
}

test('the failure of a request of any API and version is told, or there is no response', { skip }, () => {
  const routes = new Routes(handlers)
  for (const line of readFileSync(goldenUrl, 'utf8').split('\n')) {
    if (!line.includes('"kind":"request"')) continue
    const { apiKey, version, hex } = JSON.parse(line)
    const route = routes.find(apiKey, version)
    if (route === undefined) continue
    const request = route.decode(new Reader(Buffer.from(hex, 'hex')))
    const response = failureResponse(route, request, new Error('a defect'))
    if (response === undefined) continue
    const codes = codesIn(roundTrip(route.handler, version, response))
    const told = codes.every((code) => code === ErrorCode.UNKNOWN_SERVER_ERROR || code === ErrorCode.NONE)
    assert.ok(told, `${route.handler.api.name} v${version}`)
  }
})

test('a response that could only say that all is well is not sent', () => {
  const route = new Routes(handlers).find(3, 1)!
  assert.equal(failureResponse(route, { topics: null }, new Error('a defect')), undefined)
})

test('each partition of a request is named in the response that fails it', () => {
  const route = new Routes(handlers).find(0, 9)!
  const request = {
    topicData: [
      {
        name: 'a',
        partitionData: [
          { index: 3, records: null },
          { index: 5, records: null },
        ],
      },
      { name: 'b', partitionData: [{ index: 0, records: null }] },
    ],
  }
  const response = roundTrip(
    route.handler,
    9,
    failureResponse(route, request, new KafkaError('KAFKA_STORAGE_ERROR', 'full')),
  )
  const told = response.responses.flatMap((topic: any) =>
    topic.partitionResponses.map((p: any) => [topic.name, p.index, p.errorCode, p.errorMessage]),
  )
  const code = ErrorCode.KAFKA_STORAGE_ERROR
  assert.deepEqual(told, [
    ['a', 3, code, 'full'],
    ['a', 5, code, 'full'],
    ['b', 0, code, 'full'],
  ])
})
