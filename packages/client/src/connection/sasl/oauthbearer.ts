import { type OauthOptions, provided, type SaslExchange } from './mechanism.ts'

const separator = '\x01'

/** OAUTHBEARER (RFC 7628, KIP-255): a token from elsewhere. */
export const oauthExchange = (options: OauthOptions): SaslExchange => ({
  async begin() {
    const given = await provided<string | { value: string; extensions?: Readonly<Record<string, string>> }>(
      options.token,
    )
    const { value, extensions = {} } = typeof given === 'string' ? { value: given } : given
    const pairs = [`auth=Bearer ${value}`, ...Object.entries(extensions).map(([name, text]) => `${name}=${text}`)]
    return Buffer.from(`n,,${separator}${pairs.map((pair) => pair + separator).join('')}${separator}`)
  },
  async answer(challenge) {
    // A challenge is the token's refusal, in JSON; the broker sends its error after this.
    return challenge.length === 0 ? undefined : Buffer.from(separator)
  },
})
