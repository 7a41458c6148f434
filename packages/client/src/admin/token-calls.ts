import {
  createDelegationTokenRequest,
  createDelegationTokenResponse,
  describeDelegationTokenRequest,
  describeDelegationTokenResponse,
  expireDelegationTokenRequest,
  expireDelegationTokenResponse,
  renewDelegationTokenRequest,
  renewDelegationTokenResponse,
} from '@ottla/protocol'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'

/** `User:NAME`, as in ACLs. */
export type Principal = string

/** A token in whose name workers may log in with SCRAM (KIP-48). */
export interface DelegationToken {
  readonly tokenId: string
  /** The secret: base64 of it is the password. */
  readonly hmac: Uint8Array
  readonly owner: Principal
  readonly requester: Principal
  readonly renewers: readonly Principal[]
  /** In ms since 1970, like the following. */
  readonly issueTimestamp: number
  readonly expiryTimestamp: number
  readonly maxTimestamp: number
}

/** For whom a token is, and for how long. */
export interface CreateTokenOptions extends AdminCallOptions {
  /** Who owns it, if not who asks for it (KIP-373). */
  readonly owner?: Principal
  /** Who may renew it besides its owner. */
  readonly renewers?: readonly Principal[]
  /** -1: what the broker allows. */
  readonly maxLifetimeMs?: number
}

export async function createDelegationToken(
  requests: AdminRequests,
  options: CreateTokenOptions = {},
): Promise<DelegationToken> {
  const { owner, renewers = [], maxLifetimeMs = -1 } = options
  const call = { what: 'creating a delegation token', target: 'controller', options } as const
  const answer = await requests.ask(call, createDelegationTokenRequest, createDelegationTokenResponse, {
    ownerPrincipalType: owner === undefined ? null : principalOf(owner).principalType,
    ownerPrincipalName: owner === undefined ? null : principalOf(owner).principalName,
    renewers: renewers.map(principalOf),
    maxLifetimeMs,
  })
  const { tokenId, hmac, principalType, principalName } = answer
  return {
    tokenId,
    hmac,
    owner: `${principalType}:${principalName}`,
    requester: `${answer.tokenRequesterPrincipalType}:${answer.tokenRequesterPrincipalName}`,
    renewers,
    issueTimestamp: answer.issueTimestampMs,
    expiryTimestamp: answer.expiryTimestampMs,
    maxTimestamp: answer.maxTimestampMs,
  }
}

/** Gives when the token expires now. */
export async function renewDelegationToken(
  requests: AdminRequests,
  hmac: Uint8Array,
  options: AdminCallOptions & { readonly renewPeriodMs?: number } = {},
): Promise<number> {
  const call = { what: 'renewing a delegation token', target: 'controller', options } as const
  const body = { hmac, renewPeriodMs: options.renewPeriodMs ?? -1 }
  return (await requests.ask(call, renewDelegationTokenRequest, renewDelegationTokenResponse, body)).expiryTimestampMs
}

/** Lets a token expire after a time, or at once. Gives when it expires now. */
export async function expireDelegationToken(
  requests: AdminRequests,
  hmac: Uint8Array,
  options: AdminCallOptions & { readonly expiryTimePeriodMs?: number } = {},
): Promise<number> {
  const call = { what: 'expiring a delegation token', target: 'controller', options } as const
  const body = { hmac, expiryTimePeriodMs: options.expiryTimePeriodMs ?? -1 }
  return (await requests.ask(call, expireDelegationTokenRequest, expireDelegationTokenResponse, body)).expiryTimestampMs
}

/** Of some owners, or all that this user may see. */
export async function describeDelegationTokens(
  requests: AdminRequests,
  owners?: readonly Principal[],
  options: AdminCallOptions = {},
): Promise<DelegationToken[]> {
  const call = { what: 'describing delegation tokens', target: 'any', options } as const
  const body = { owners: owners?.map(principalOf) ?? null }
  const answer = await requests.ask(call, describeDelegationTokenRequest, describeDelegationTokenResponse, body)
  return answer.tokens.map((token) => ({
    tokenId: token.tokenId,
    hmac: token.hmac,
    owner: `${token.principalType}:${token.principalName}`,
    requester: `${token.tokenRequesterPrincipalType}:${token.tokenRequesterPrincipalName}`,
    renewers: token.renewers.map(({ principalType, principalName }) => `${principalType}:${principalName}`),
    issueTimestamp: token.issueTimestamp,
    expiryTimestamp: token.expiryTimestamp,
    maxTimestamp: token.maxTimestamp,
  }))
}

function principalOf(principal: Principal): { principalType: string; principalName: string } {
  const colon = principal.indexOf(':')
  return { principalType: principal.slice(0, Math.max(colon, 0)), principalName: principal.slice(colon + 1) }
}
