export type { BootstrapServers, ClientOptions } from './connection/client-options.ts'
export { type ErrorContext, OttlaError, type OttlaErrorName, type OttlaErrorOptions } from './ottla-error.ts'
