export * from './handler.ts'
export * from './services.ts'
