import { listItems } from '@ottla/cluster'
import { KafkaError } from '@ottla/protocol'
import { type Address, addressText, isEverywhere, parsedAddress } from '@ottla/runtime'

interface ListenerSettings {
  /** `listeners` or `advertised.listeners` */
  readonly name: string
  readonly value: string
  /** `controller.listener.names`: listeners of Kafka's controllers, which are not needed here. */
  readonly controllers: string
  /** `listener.security.protocol.map` */
  readonly protocols: string
}

/** The addresses of Kafka's listener settings, `NAME://HOST:PORT,…`. An empty host is every interface. */
export function listenerAddresses({ name, value, controllers, protocols }: ListenerSettings): Address[] {
  const protocolOf = new Map(listItems(protocols).map((item) => item.split(':') as [string, string]))
  const skipped = new Set(listItems(controllers))
  const addresses: Address[] = []
  for (const item of listItems(value)) {
    const match = /^(?:([\w.-]+):\/\/)?(.*)$/.exec(item)!
    const listener = match[1] ?? 'PLAINTEXT'
    if (skipped.has(listener)) continue
    const protocol = protocolOf.get(listener) ?? listener
    if (protocol !== 'PLAINTEXT') {
      throw new KafkaError(
        'INVALID_CONFIG',
        `${name}: the listener ${item} asks for ${protocol}; this broker has PLAINTEXT only`,
      )
    }
    const address = parsedAddress(match[2]!)
    if (address === undefined) {
      throw new KafkaError('INVALID_CONFIG', `${name}: ${item} is not an address; write PLAINTEXT://HOST:PORT`)
    }
    addresses.push(address.host === '' ? { ...address, host: '0.0.0.0' } : address)
  }
  return addresses
}

/** Clients would be told to connect to where nobody can. */
export function checkedAdvertised(address: Address): Address {
  const refused = (why: string) =>
    new KafkaError('INVALID_CONFIG', `the advertised address ${addressText(address)} can not be: ${why}`)
  if (address.port === 0) throw refused('port 0 is none that clients can connect to')
  if (isEverywhere(address.host))
    throw refused(`${address.host} is every address of a machine, not one that clients can connect to`)
  return address
}
