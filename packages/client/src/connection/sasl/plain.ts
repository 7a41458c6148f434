import { type PasswordOptions, provided, type SaslExchange } from './mechanism.ts'

/** PLAIN (RFC 4616): name and password as they are. To be used over TLS. */
export const plainExchange = (options: PasswordOptions): SaslExchange => ({
  async begin() {
    return Buffer.from(`\0${await provided(options.username)}\0${await provided(options.password)}`)
  },
  async answer() {
    return undefined
  },
})
