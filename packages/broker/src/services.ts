import type { Cluster, Configs } from '@ottla/cluster'
import type { GroupService } from '@ottla/coordinator'
import type { Runtime } from '@ottla/runtime'
import type { Storage } from '@ottla/storage'

/** What handlers work with; one set per broker. */
export interface Services {
  readonly runtime: Runtime
  readonly cluster: Cluster
  readonly configs: Configs
  readonly storage: Storage
  readonly groups: GroupService
  readonly brokerId: number
}
