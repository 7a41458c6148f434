import {
  createAclsRequest,
  createAclsResponse,
  deleteAclsRequest,
  deleteAclsResponse,
  describeAclsRequest,
  describeAclsResponse,
} from '@ottla/protocol'
import {
  type AclOperation,
  type AclPatternType,
  type AclPermission,
  type AclResourceType,
  aclOperations,
  aclPatternTypes,
  aclPermissions,
  aclResourceTypes,
} from './acl-names.ts'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'

/** Who may, or must not, do what to which resources. */
export interface Acl {
  readonly resourceType: AclResourceType | 'unknown'
  readonly resourceName: string
  readonly patternType: AclPatternType | 'unknown'
  /** `User:NAME`. */
  readonly principal: string
  /** `*`: any. */
  readonly host: string
  readonly operation: AclOperation | 'unknown'
  readonly permission: AclPermission | 'unknown'
}

/** A permission to give or to refuse (KIP-11). */
export interface NewAcl {
  readonly resourceType: AclResourceType
  readonly resourceName: string
  /** `literal`, if it is left out. */
  readonly patternType?: AclPatternType
  /** `User:NAME`. */
  readonly principal: string
  /** An address; any host, if it is left out. */
  readonly host?: string
  readonly operation: AclOperation
  readonly permission: AclPermission
}

/** What is left out matches all. */
export interface AclFilter {
  readonly resourceType?: AclResourceType
  readonly resourceName?: string
  readonly patternType?: AclPatternType
  /** `User:NAME`. */
  readonly principal?: string
  readonly host?: string
  readonly operation?: AclOperation
  readonly permission?: AclPermission
}

export async function createAcls(
  requests: AdminRequests,
  acls: readonly NewAcl[],
  options: AdminCallOptions = {},
): Promise<void> {
  const keys = acls.map((_, index) => index)
  await requests.askEach<number, true>({ what: 'creating ACLs', keys, options }, async (pending) => {
    const answer = await requests.send('controller', createAclsRequest, createAclsResponse, {
      creations: pending.map((index) => {
        const {
          resourceType,
          resourceName,
          patternType = 'literal',
          principal,
          host = '*',
          operation,
          permission,
        } = acls[index]!
        return {
          resourceType: aclResourceTypes.code(resourceType),
          resourceName,
          resourcePatternType: aclPatternTypes.code(patternType),
          principal,
          host,
          operation: aclOperations.code(operation),
          permissionType: aclPermissions.code(permission),
        }
      }),
    })
    return answer.results.map(
      (result, i) => [pending[i]!, requests.outcome('controller', result, {}, true as const)] as const,
    )
  })
}

export async function describeAcls(
  requests: AdminRequests,
  filter: AclFilter = {},
  options: AdminCallOptions = {},
): Promise<Acl[]> {
  const call = { what: 'describing ACLs', target: 'any', options } as const
  const answer = await requests.ask(call, describeAclsRequest, describeAclsResponse, wireFilter(filter))
  return answer.resources.flatMap(({ acls, ...resource }) => acls.map((acl) => aclOf({ ...resource, ...acl })))
}

/** Deletes all that match one of the filters; gives what it deleted. */
export async function deleteAcls(
  requests: AdminRequests,
  filters: readonly AclFilter[],
  options: AdminCallOptions = {},
): Promise<Acl[]> {
  const call = { what: 'deleting ACLs', target: 'controller', options } as const
  const answer = await requests.ask(call, deleteAclsRequest, deleteAclsResponse, { filters: filters.map(wireFilter) })
  return answer.filterResults.flatMap(({ errorCode, errorMessage, matchingAcls }) => {
    requests.check('controller', errorCode, errorMessage)
    return matchingAcls.map((acl) => {
      requests.check('controller', acl.errorCode, acl.errorMessage)
      return aclOf(acl)
    })
  })
}

const wireFilter = (filter: AclFilter) => ({
  resourceTypeFilter: aclResourceTypes.code(filter.resourceType ?? 'any'),
  resourceNameFilter: filter.resourceName ?? null,
  patternTypeFilter: aclPatternTypes.code(filter.patternType ?? 'any'),
  principalFilter: filter.principal ?? null,
  hostFilter: filter.host ?? null,
  operation: aclOperations.code(filter.operation ?? 'any'),
  permissionType: aclPermissions.code(filter.permission ?? 'any'),
})

interface AnsweredAcl {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

const aclOf = (acl: AnsweredAcl): Acl => ({
  resourceType: aclResourceTypes.name(acl.resourceType),
  resourceName: acl.resourceName,
  patternType: aclPatternTypes.name(acl.patternType),
  principal: acl.principal,
  host: acl.host,
  operation: aclOperations.name(acl.operation),
  permission: aclPermissions.name(acl.permissionType),
})
