export { type Broker, createBroker } from './broker.ts'
export * from './handler.ts'
export * from './services.ts'
export * from './settings.ts'
