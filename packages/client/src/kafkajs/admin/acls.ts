import {
  createAclsRequest,
  createAclsResponse,
  deleteAclsRequest,
  deleteAclsResponse,
  describeAclsRequest,
  describeAclsResponse,
} from '@ottla/protocol'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from '../enums.ts'
import { throwProtocolError } from '../translated-error.ts'
import type { AclEntry, AclFilter, DeleteAclResponse, DescribeAclResponse } from '../types/access.ts'
import type { AdminCalls } from './admin-calls.ts'
import { type AclEnumerations, checkAclFilter, checkAcls } from './checks.ts'

const values: AclEnumerations = {
  operation: Object.values(AclOperationTypes) as unknown as number[],
  resourcePatternType: Object.values(ResourcePatternTypes) as unknown as number[],
  permissionType: Object.values(AclPermissionTypes) as unknown as number[],
  resourceType: Object.values(AclResourceTypes) as unknown as number[],
}
const retried = ['NOT_CONTROLLER']

export async function createAcls(calls: AdminCalls, { acl }: { acl: AclEntry[] }): Promise<boolean> {
  checkAcls(acl as never, values, 'ACL')
  await calls.call('create ACL', retried, async (requests) => {
    const body = { creations: acl }
    const answer = await requests.send('controller', createAclsRequest, createAclsResponse, body)
    for (const { errorCode } of answer.results) throwProtocolError(errorCode)
  })
  return true
}

export async function describeAcls(calls: AdminCalls, filter: AclFilter): Promise<DescribeAclResponse> {
  checkAclFilter(filter as never, values)
  return calls.call('describe ACL', retried, async (requests) => {
    const answer = await requests.send('controller', describeAclsRequest, describeAclsResponse, wireFilter(filter))
    throwProtocolError(answer.errorCode)
    const resources = answer.resources.map(({ patternType, ...resource }) => ({
      ...resource,
      resourcePatternType: patternType,
    }))
    // kafkajs declares more than it gives.
    return { resources } as unknown as DescribeAclResponse
  })
}

export async function deleteAcls(calls: AdminCalls, { filters }: { filters: AclFilter[] }): Promise<DeleteAclResponse> {
  checkAcls(filters as never, values, 'ACL Filter')
  return calls.call('delete ACL', retried, async (requests) => {
    const body = { filters: filters.map(wireFilter) }
    const answer = await requests.send('controller', deleteAclsRequest, deleteAclsResponse, body)
    const filterResponses = answer.filterResults.map(({ errorCode, errorMessage, matchingAcls }) => {
      throwProtocolError(errorCode)
      const matching = matchingAcls.map(({ patternType, ...acl }) => ({ ...acl, resourcePatternType: patternType }))
      return { errorCode, errorMessage, matchingAcls: matching }
    })
    return { filterResponses } as unknown as DeleteAclResponse
  })
}

const wireFilter = (filter: AclFilter) => ({
  resourceTypeFilter: filter.resourceType,
  resourceNameFilter: filter.resourceName ?? null,
  patternTypeFilter: filter.resourcePatternType,
  principalFilter: filter.principal ?? null,
  hostFilter: filter.host ?? null,
  operation: filter.operation,
  permissionType: filter.permissionType,
})
