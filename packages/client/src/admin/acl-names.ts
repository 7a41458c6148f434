/** Names that Kafka gives to numbers of its messages. */
const operations = {
  any: 1,
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  clusterAction: 9,
  describeConfigs: 10,
  alterConfigs: 11,
  idempotentWrite: 12,
  createTokens: 13,
  describeTokens: 14,
  twoPhaseCommit: 15,
} as const

const permissions = { any: 1, deny: 2, allow: 3 } as const
const patterns = { any: 1, match: 2, literal: 3, prefixed: 4 } as const
const resources = {
  any: 1,
  topic: 2,
  group: 3,
  cluster: 4,
  transactionalId: 5,
  delegationToken: 6,
  user: 7,
} as const

/**
 * What is permitted, in Kafka's words: `read`, `write`, `create`, `describe`, `alterConfigs`, … `all`; `any` only in
 * filters.
 */
export type AclOperation = keyof typeof operations
/** `allow` or `deny`, which wins; `any` only in filters. */
export type AclPermission = keyof typeof permissions
/** `literal`, or `prefixed` (KIP-290). In filters also `any`, and `match`: all that would hold for a name. */
export type AclPatternType = keyof typeof patterns
/** `topic`, `group`, `cluster`, `transactionalId`, `delegationToken` or `user`; `any` only in filters. */
export type AclResourceType = keyof typeof resources

/** Both ways between names and numbers. A number that has no name here is `unknown`, as in Kafka. */
class Names<N extends string> {
  readonly #codes: Readonly<Record<N, number>>
  readonly #names: ReadonlyMap<number, N>

  constructor(codes: Readonly<Record<N, number>>) {
    this.#codes = codes
    this.#names = new Map(Object.entries<number>(codes).map(([name, code]) => [code, name as N]))
  }

  code(name: N): number {
    return this.#codes[name]
  }

  name(code: number): N | 'unknown' {
    return this.#names.get(code) ?? 'unknown'
  }
}

export const aclOperations = new Names<AclOperation>(operations)
export const aclPermissions = new Names<AclPermission>(permissions)
export const aclPatternTypes = new Names<AclPatternType>(patterns)
export const aclResourceTypes = new Names<AclResourceType>(resources)

/** The operations of a bit set (KIP-430); none, if the broker did not say. */
export function allowedOperations(bits: number): AclOperation[] {
  if (bits === -0x8000_0000) return []
  return (Object.keys(operations) as AclOperation[]).filter((name) => (bits & (1 << operations[name])) !== 0)
}
