export * from './partition.ts'
export * from './storage.ts'
export * from './topic-settings.ts'
