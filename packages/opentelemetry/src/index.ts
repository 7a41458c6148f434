export { type Instrumentation, type InstrumentOptions, instrumentOttla } from './instrument.ts'
export { type ObserveOptions, observeMetrics } from './metrics.ts'
export { type ProcessingOptions, processed } from './processed.ts'
export { contextOf, withTraceOf } from './propagation.ts'
