import type { Tracer, TracerProvider } from '@opentelemetry/api'

/** What spans and metrics say of where they come from. */
export const scope = { name: '@ottla/opentelemetry', version: '0.1.0' } as const

export const tracerOf = (provider: TracerProvider): Tracer => provider.getTracer(scope.name, scope.version)
