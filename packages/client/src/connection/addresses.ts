import type { Address, Runtime } from '@ottla/runtime'
import { OttlaError } from '../ottla-error.ts'
import { shuffled } from './chance.ts'
import type { BootstrapServers, ClientOptions } from './client-options.ts'

/** Where to begin, in an order by chance, so that a fleet of clients does not lean on the first broker of its list. */
export async function bootstrapAddresses(bootstrap: ClientOptions['bootstrap'], runtime: Runtime): Promise<Address[]> {
  const servers = typeof bootstrap === 'function' ? await bootstrap() : bootstrap
  return shuffled(addressesOf(servers), runtime)
}

export function addressesOf(servers: BootstrapServers): Address[] {
  const list = typeof servers === 'string' ? servers.split(',') : servers
  const addresses = list.map((server) => addressOf(server.trim()))
  if (addresses.length === 0)
    throw new OttlaError('INVALID_ARGUMENT', { message: 'the list of bootstrap servers is empty' })
  return addresses
}

/** `HOST:PORT`; the port is 9092 if it is left out. IPv6 stands in brackets: `[::1]:9092`. */
function addressOf(server: string): Address {
  const match = /^(?:kafka:\/\/)?(?:\[([^\]]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/.exec(server)
  const port = Number(match?.[3] ?? 9092)
  if (match === null || port < 1 || port > 65_535)
    throw new OttlaError('INVALID_ARGUMENT', {
      message: `not a bootstrap server, which has the form HOST:PORT: ${server}`,
    })
  return { host: (match[1] ?? match[2])!, port }
}
