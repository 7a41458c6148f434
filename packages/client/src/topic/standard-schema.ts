/** What zod, valibot, arktype and others have in common (standardschema.dev), as far as it is used here. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    /** The value as the schema makes it, or what is wrong with it. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** One thing that is wrong with a value, and where in it. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A value does not fit its schema. The message names each place. */
class SchemaMismatch extends TypeError {
  readonly issues: readonly SchemaIssue[]

  constructor(issues: readonly SchemaIssue[]) {
    super(issues.map(sentence).join('; '))
    this.issues = issues
  }
}

/** The value as the schema gives it: a promise only if the schema takes its time. Fails with `SchemaMismatch`. */
export function validated<Output>(schema: StandardSchema<unknown, Output>, value: unknown): Output | Promise<Output> {
  const result = schema['~standard'].validate(value)
  return isPromise(result) ? result.then(accepted) : accepted(result)
}

function accepted<Output>(result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value
  throw new SchemaMismatch(result.issues)
}

function sentence({ message, path = [] }: SchemaIssue): string {
  const place = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return place === '' ? message : `${place}: ${message}`
}

export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Promise<T>>).then === 'function'

/** What is wrong with a value, if it was a schema that said so. */
export const issuesOf = (error: unknown): readonly SchemaIssue[] | undefined =>
  error instanceof SchemaMismatch ? error.issues : undefined
