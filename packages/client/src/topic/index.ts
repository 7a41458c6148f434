export type { Serializer } from './serializers.ts'
export * as serializers from './serializers.ts'
export type { StandardSchema } from './standard-schema.ts'
export { defineTopic, type Reading, type Topic, type TypedRecord } from './typed-topic.ts'
