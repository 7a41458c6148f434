/** ACL operations as bits (KIP-430). There is no authorizer: everybody may do everything that the resource knows. */
const bits = (...operations: number[]) => operations.reduce((field, operation) => field | (1 << operation), 0)

const read = 3
const write = 4
const create = 5
const remove = 6
const alter = 7
const describe = 8
const clusterAction = 9
const describeConfigs = 10
const alterConfigs = 11
const idempotentWrite = 12

export const topicOperations = bits(read, write, create, remove, alter, describe, describeConfigs, alterConfigs)
export const groupOperations = bits(read, remove, describe, describeConfigs, alterConfigs)
export const clusterOperations = bits(
  create,
  alter,
  describe,
  clusterAction,
  describeConfigs,
  alterConfigs,
  idempotentWrite,
)
/** What is answered to those who did not ask. */
export const operationsNotAsked = -(2 ** 31)
