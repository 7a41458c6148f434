import type { Address } from './network.ts'

/** `HOST:PORT`, with brackets around an IPv6 host; undefined if it is not that. */
export function parsedAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text.trim())
  if (match === null) return undefined
  const port = Number(match[3])
  return port > 65535 ? undefined : { host: match[1] ?? match[2]!, port }
}

/** It stands for all addresses of a machine: to listen at, not to connect to. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::'

export const addressText = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
