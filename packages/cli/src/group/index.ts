export { deleteGroups } from './group-deletion.ts'
export { describeGroups } from './group-description.ts'
export { listGroups } from './group-list.ts'
export { resetGroup } from './group-reset.ts'
