import { type Address, addressText, isEverywhere } from '@ottla/runtime'

const defaultPort = 9092

/** What a person at a terminal can do with a broker that has just started, in lines that can be copied. */
export function greeting(options: {
  readonly name: string
  readonly version: string
  readonly address: Address
  readonly directory: string
}): string {
  const { name, version, address, directory } = options
  const host = isEverywhere(address.host) ? '127.0.0.1' : address.host
  const isDefault = address.port === defaultPort && (host === '127.0.0.1' || host === 'localhost')
  const bootstrap = isDefault ? '' : ` --bootstrap ${addressText({ host, port: address.port })}`
  return `
Ottla ${version} serves Kafka clients at ${addressText({ host, port: address.port })}, its data is in ${directory}.
Try in another terminal:

  echo 'hello' | ${name} produce greetings${bootstrap}
  ${name} consume greetings${bootstrap}
  ${name} topic list${bootstrap}

Ctrl-C stops it.

`
}
