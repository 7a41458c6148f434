export * from './listeners.ts'
export * from './node.ts'
export * from './start-broker.ts'
