import { deleteGroupsRequest, deleteGroupsResponse, listGroupsRequest, listGroupsResponse } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { KafkaJSDeleteGroupsError, type KafkaJSDeleteGroupsErrorGroups, KafkaJSNonRetriableError } from '../errors.ts'
import { describedGroups } from '../group-descriptions.ts'
import { Final } from '../retrier.ts'
import { protocolError, throwProtocolError } from '../translated-error.ts'
import type { DeleteGroupsResult } from '../types/admin.ts'
import type { GroupDescriptions, GroupOverview } from '../types/group.ts'
import type { AdminCalls } from './admin-calls.ts'

/** Coordinators come and go. */
const retried = ['GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS']

/** Those of all brokers. */
export async function listGroups(calls: AdminCalls): Promise<{ groups: GroupOverview[] }> {
  return calls.call('list groups', retried, async ({ cluster }) => {
    await cluster.refresh()
    const listed = await Promise.all([...cluster.image.brokers.keys()].map((brokerId) => listedBy(cluster, brokerId)))
    return { groups: listed.flat() }
  })
}

async function listedBy(cluster: Cluster, brokerId: number): Promise<GroupOverview[]> {
  const answer = await cluster.send(brokerId, listGroupsRequest, listGroupsResponse, {})
  throwProtocolError(answer.errorCode)
  return answer.groups.map(({ groupId, protocolType }) => ({ groupId, protocolType }))
}

export const describeGroups = (calls: AdminCalls, groupIds: string[]): Promise<GroupDescriptions> =>
  calls.call('describe groups', retried, ({ cluster }) => describedGroups(cluster, groupIds))

export async function deleteGroups(calls: AdminCalls, groupIds: string[]): Promise<DeleteGroupsResult[]> {
  if (!groupIds || !Array.isArray(groupIds)) throw new KafkaJSNonRetriableError(`Invalid groupIds array ${groupIds}`)
  const isWrong = groupIds.some((groupId) => typeof groupId !== 'string')
  if (isWrong) throw new KafkaJSNonRetriableError(`Invalid groupId name: ${JSON.stringify(isWrong)}`)
  return calls.call('delete groups', retried, async ({ cluster }) => {
    const results = (await Promise.all(groupIds.map((groupId) => deletedGroup(cluster, groupId)))).flat()
    const failed = results.filter(({ errorCode }) => errorCode !== 0)
    const passing = failed.find(({ error }) => retried.includes(error?.type ?? ''))
    if (passing !== undefined) throw passing.error
    if (failed.length > 0)
      throw new Final(new KafkaJSDeleteGroupsError('Error in DeleteGroups', failed as KafkaJSDeleteGroupsErrorGroups[]))
    return results
  })
}

async function deletedGroup(cluster: Cluster, groupId: string): Promise<DeleteGroupsResult[]> {
  const coordinator = await cluster.coordinatorNow('group', groupId)
  const answer = await cluster.send(coordinator, deleteGroupsRequest, deleteGroupsResponse, { groupsNames: [groupId] })
  return answer.results.map(({ errorCode }) => {
    if (errorCode === 0) return { groupId, errorCode }
    const error = protocolError(errorCode)
    if (retried.includes(error.type)) cluster.forgetCoordinator('group', groupId)
    return { groupId, errorCode, error }
  })
}
