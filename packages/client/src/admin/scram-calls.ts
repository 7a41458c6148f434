import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import {
  alterUserScramCredentialsRequest,
  alterUserScramCredentialsResponse,
  describeUserScramCredentialsRequest,
  describeUserScramCredentialsResponse,
  ErrorCode,
} from '@ottla/protocol'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'

const derive = promisify(pbkdf2)

const mechanisms = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const
const hashes = { 'SCRAM-SHA-256': ['sha256', 32], 'SCRAM-SHA-512': ['sha512', 64] } as const
/** `SCRAM-SHA-256` or `SCRAM-SHA-512`. */
export type ScramMechanism = keyof typeof mechanisms

/** Which SCRAM credentials a user has; the secrets are not told (KIP-554). */
export interface UserScramCredentials {
  readonly user: string
  readonly credentials: readonly { readonly mechanism: ScramMechanism; readonly iterations: number }[]
}

/** Of some users, or of all. Those without credentials are left out. */
export async function describeUserScramCredentials(
  requests: AdminRequests,
  users?: readonly string[],
  options: AdminCallOptions = {},
): Promise<UserScramCredentials[]> {
  const call = { what: 'describing SCRAM credentials', target: 'any', options } as const
  const body = { users: users?.map((name) => ({ name })) ?? null }
  const answer = await requests.ask(
    call,
    describeUserScramCredentialsRequest,
    describeUserScramCredentialsResponse,
    body,
  )
  const found = answer.results.filter(({ errorCode }) => errorCode !== ErrorCode.RESOURCE_NOT_FOUND)
  return found.map(({ user, errorCode, errorMessage, credentialInfos }) => {
    requests.check('any', errorCode, errorMessage)
    const credentials = credentialInfos.map(({ mechanism, iterations }) => ({
      mechanism: mechanism === 1 ? ('SCRAM-SHA-256' as const) : ('SCRAM-SHA-512' as const),
      iterations,
    }))
    return { user, credentials }
  })
}

/** A password to set, which this side salts and hashes before it is sent, or a credential to delete (KIP-554). */
export type ScramChange =
  | {
      readonly user: string
      readonly mechanism: ScramMechanism
      readonly password: string
      /** 4096, if it is left out. */
      readonly iterations?: number
    }
  | { readonly user: string; readonly mechanism: ScramMechanism; readonly delete: true }

export async function alterUserScramCredentials(
  requests: AdminRequests,
  changes: readonly ScramChange[],
  options: AdminCallOptions = {},
): Promise<void> {
  const deletions = changes.filter((change) => 'delete' in change)
  const upsertions = changes.filter((change) => 'password' in change)
  const call = { what: 'altering SCRAM credentials', target: 'controller', options } as const
  const answer = await requests.ask(call, alterUserScramCredentialsRequest, alterUserScramCredentialsResponse, {
    deletions: deletions.map(({ user, mechanism }) => ({ name: user, mechanism: mechanisms[mechanism] })),
    upsertions: await Promise.all(
      upsertions.map(async ({ user, mechanism, password, iterations = 4096 }) => {
        const salt = requests.cluster.runtime.randomBytes(24)
        const [hash, bytes] = hashes[mechanism]
        const saltedPassword = await derive(password.normalize('NFKC'), salt, iterations, bytes, hash)
        return { name: user, mechanism: mechanisms[mechanism], iterations, salt, saltedPassword }
      }),
    ),
  })
  for (const { user, errorCode, errorMessage } of answer.results)
    requests.check('controller', errorCode, errorMessage === null ? `user ${user}` : `user ${user}: ${errorMessage}`)
}
