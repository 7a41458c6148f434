import type { Runtime } from '@ottla/runtime'
import { LocalStorage } from './local/local-storage.ts'
import type { Storage, StorageSettings } from './storage.ts'

export interface OpenStorageOptions {
  readonly runtime: Runtime
  /** Created if it is not there. Nobody else may have it open (DirectoryLockedError). */
  readonly directory: string
  readonly settings: StorageSettings
}

/**
 * Opens what is stored in a directory, as it was when its last user closed it or died. DamagedLogError if data that were
 * written are not there any more; errors of the file system (ENOSPC, EROFS, EACCES) as they are.
 */
export const openStorage = ({ runtime, directory, settings }: OpenStorageOptions): Promise<Storage> =>
  LocalStorage.open(runtime, directory, settings)
