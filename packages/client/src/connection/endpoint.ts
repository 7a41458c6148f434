import type { Address } from '@ottla/runtime'

export interface Endpoint extends Address {
  /** Undefined: a bootstrap server, of which only the address is known. */
  readonly id?: number
}
