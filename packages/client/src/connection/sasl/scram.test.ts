import { equal, rejects } from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { ScramExchange } from './scram.ts'

// The example of RFC 7677: its nonce, in the bytes that give it.
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const runtime = { randomBytes: () => Buffer.from(nonce, 'base64url') }
const exchange = () => new ScramExchange({ mechanism: 'SCRAM-SHA-256', username: 'user', password: 'pencil' }, runtime)
const challenge = `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`

test('the exchange of RFC 7677 goes as written there', async () => {
  const scram = exchange()
  equal(String(await scram.begin()), `n,,n=user,r=${nonce}`)
  equal(
    String(await scram.answer(Buffer.from(challenge))),
    `c=biws,r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
  )
  equal(await scram.answer(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')), undefined)
})

test('a broker that does not know the password is found out', async () => {
  const scram = exchange()
  await scram.begin()
  await scram.answer(Buffer.from(challenge))
  await rejects(scram.answer(Buffer.from('v=AAAA')), {
    name: 'SASL_AUTHENTICATION_FAILED',
    message: /not to be trusted/,
  })
})

test('a challenge that is not for this client, or too cheap, is refused', async () => {
  for (const wrong of [
    'r=other,s=W22Z,i=4096',
    challenge.replace('4096', '1'),
    challenge.replace('4096', '99999999'),
  ]) {
    const scram = exchange()
    await scram.begin()
    await rejects(scram.answer(Buffer.from(wrong)), { name: 'SASL_AUTHENTICATION_FAILED' }, wrong)
  }
})

test('names with commas and equals signs, and SHA-512, are proved to a broker that knows the password', async () => {
  const password = 'pä,=s'
  const scram = new ScramExchange({ mechanism: 'SCRAM-SHA-512', username: 'a,b=c', password: () => password }, runtime)
  const first = String(await scram.begin()).slice(3)
  equal(first, `n=a=2Cb=3Dc,r=${nonce}`)
  const second = `r=${nonce}more,s=${Buffer.from('salt').toString('base64')},i=4096`
  const third = String(await scram.answer(Buffer.from(second)))
  const [withoutProof, proof] = third.split(',p=') as [string, string]
  const salted = pbkdf2Sync(password, 'salt', 4096, 64, 'sha512')
  const hmac = (key: Buffer, text: string) => createHmac('sha512', key).update(text).digest()
  const stored = createHash('sha512').update(hmac(salted, 'Client Key')).digest()
  const signature = hmac(stored, `${first},${second},${withoutProof}`)
  const clientKey = Buffer.from(proof, 'base64').map((byte, at) => byte ^ signature[at]!)
  equal(createHash('sha512').update(clientKey).digest('hex'), stored.toString('hex'))
})
