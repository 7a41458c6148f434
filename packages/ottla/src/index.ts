export type { Address, LogLevel } from '@ottla/runtime'
export * from './start-broker.ts'
