export type { Serializer } from './serializers.ts'
export * as serializers from './serializers.ts'
export type { SchemaIssue, StandardSchema } from './standard-schema.ts'
export { type AnyRecord, defineTopic, type Reading, type Topic, type TypedRecord } from './typed-topic.ts'
