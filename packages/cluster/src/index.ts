export * from './cluster.ts'
export * from './config/configs.ts'
