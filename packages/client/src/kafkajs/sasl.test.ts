import { deepEqual, equal, rejects, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRuntime } from '@ottla/runtime'
import type { CustomSaslOptions, OauthOptions } from '../connection/sasl/mechanism.ts'
import { createLogger } from './logger.ts'
import { saslOptions } from './sasl.ts'

const logger = createLogger({ level: 0, creator: () => () => {}, runtime: nodeRuntime() })
const broker = { host: 'b', port: 9092 }

/** What a mechanism says to a broker that answers with `answers`. */
async function said(options: CustomSaslOptions, answers: string[] = []): Promise<string[]> {
  const heard: string[] = []
  await options.authenticate(broker, async (bytes) => {
    heard.push(String(bytes))
    return Buffer.from(answers.shift() ?? '')
  })
  return heard
}

test('names and passwords go to the mechanism that was asked for', () => {
  const sasl = { mechanism: 'scram-sha-256', username: 'u', password: 'p' } as const
  deepEqual(saslOptions(sasl, logger), { mechanism: 'SCRAM-SHA-256', username: 'u', password: 'p' })
  throws(() => saslOptions({ ...sasl, password: undefined as never }, logger), /Invalid username or password/)
})

test('a token is asked for at each login, and its lack is an error', async () => {
  const provider = { oauthBearerProvider: async () => ({ value: 'token', extensions: { a: '1' } }) }
  const options = saslOptions({ mechanism: 'oauthbearer', ...provider }, logger) as OauthOptions
  deepEqual(await (options.token as () => unknown)(), { value: 'token', extensions: { a: '1' } })
  const without = saslOptions({ mechanism: 'oauthbearer' } as never, logger) as OauthOptions
  await rejects((without.token as () => Promise<unknown>)(), /Missing OAuth bearer token provider/)
})

test('aws says its four parts', async () => {
  const sasl = { mechanism: 'aws', authorizationIdentity: 'id', accessKeyId: 'key', secretAccessKey: 'secret' } as const
  deepEqual(await said(saslOptions(sasl, logger) as CustomSaslOptions), ['id\0key\0secret\0'])
  throws(() => saslOptions({ ...sasl, accessKeyId: '' }, logger), /SASL AWS-IAM: Missing accessKeyId/)
})

test('a mechanism from elsewhere writes and reads lengths before its bytes, as for kafkajs', async () => {
  const framed = (text: string) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(Buffer.byteLength(text))
    return Buffer.concat([length, Buffer.from(text)])
  }
  let parsed: unknown
  const options = saslOptions(
    {
      mechanism: 'aws_msk_iam',
      authenticationProvider: ({ host, port, saslAuthenticate }) => ({
        authenticate: async () => {
          const request = { encode: () => framed(`to ${host}:${port}`) }
          const response = { decode: async (raw: Buffer) => raw.subarray(4), parse: (data: Buffer) => String(data) }
          parsed = await saslAuthenticate({ request, response })
        },
      }),
    },
    logger,
  ) as CustomSaslOptions
  equal(options.mechanism, 'AWS_MSK_IAM')
  deepEqual(await said(options, ['welcome']), ['to b:9092'])
  equal(parsed, 'welcome')
})
