import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Runtime } from '@ottla/runtime'
import { OttlaError } from '../../ottla-error.ts'
import { type PasswordOptions, provided, type SaslExchange } from './mechanism.ts'

const derive = promisify(pbkdf2)

/** Fewer, and the password could be guessed from what was heard (RFC 7677). More, and a false broker could keep this process busy. */
const iterationsLeast = 4096
const iterationsMost = 10_000_000
const gs2Header = 'n,,'

const hashes = {
  'SCRAM-SHA-256': { name: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { name: 'sha512', bytes: 64 },
} as const

/**
 * SCRAM (RFC 5802, KIP-84): both ends prove that they know the password, and neither says it.
 *   client  n,,n=user,r=nonce
 *   broker  r=nonce+more,s=salt,i=iterations
 *   client  c=biws,r=nonce+more,p=proof
 *   broker  v=signature
 */
export class ScramExchange implements SaslExchange {
  readonly #options: PasswordOptions
  readonly #hash: (typeof hashes)[keyof typeof hashes]
  readonly #nonce: string
  #firstBare = ''
  #expectedSignature: Buffer | undefined

  constructor(options: PasswordOptions, runtime: Pick<Runtime, 'randomBytes'>) {
    this.#options = options
    this.#hash = hashes[options.mechanism as keyof typeof hashes]
    this.#nonce = Buffer.from(runtime.randomBytes(24)).toString('base64url')
  }

  async begin(): Promise<Uint8Array> {
    const user = (await provided(this.#options.username)).replaceAll('=', '=3D').replaceAll(',', '=2C')
    this.#firstBare = `n=${user},r=${this.#nonce}`
    return Buffer.from(gs2Header + this.#firstBare)
  }

  async answer(challenge: Buffer): Promise<Uint8Array | undefined> {
    const text = challenge.toString()
    if (this.#expectedSignature === undefined) return this.#prove(text)
    this.#verify(text)
    return undefined
  }

  async #prove(challenge: string): Promise<Uint8Array> {
    const { r: nonce = '', s: salt = '', i = '' } = attributesOf(challenge)
    const iterations = Number(i)
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || salt === '')
      throw falseBroker('its challenge is wrong')
    if (!(iterations >= iterationsLeast && iterations <= iterationsMost))
      throw falseBroker(`it asks for ${i} iterations, where ${iterationsLeast} to ${iterationsMost} are safe`)
    const password = (await provided(this.#options.password)).normalize('NFKC')
    const { name, bytes } = this.#hash
    const salted = await derive(password, Buffer.from(salt, 'base64'), iterations, bytes, name)
    const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${nonce}`
    const message = `${this.#firstBare},${challenge},${withoutProof}`
    const clientKey = this.#hmac(salted, 'Client Key')
    const signature = this.#hmac(createHash(name).update(clientKey).digest(), message)
    const proof = clientKey.map((byte, at) => byte ^ signature[at]!)
    this.#expectedSignature = this.#hmac(this.#hmac(salted, 'Server Key'), message)
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  #verify(final: string): void {
    const { v = '', e } = attributesOf(final)
    if (e !== undefined) throw new OttlaError('SASL_AUTHENTICATION_FAILED', { message: `the broker answers: ${e}` })
    const signature = Buffer.from(v, 'base64')
    const expected = this.#expectedSignature!
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
      throw falseBroker('it does not know the password itself')
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#hash.name, key).update(text).digest()
  }
}

function attributesOf(message: string): Record<string, string | undefined> {
  const pairs = message.split(',').map((pair) => [pair.slice(0, 1), pair.slice(2)] as const)
  return Object.fromEntries(pairs)
}

const falseBroker = (why: string) =>
  new OttlaError('SASL_AUTHENTICATION_FAILED', { message: `the broker is not to be trusted: ${why}` })
