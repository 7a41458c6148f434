import { array, bool, type Decoded, int8, int16, int32, message, string } from '../codec/schema.ts'

/** DescribeConfigs (32): settings of topics, brokers and groups, with their sources. KIP-133, 226, 569. */
export const describeConfigsRequest = message({
  name: 'DescribeConfigsRequest',
  api: 32,
  versions: [1, 4],
  flexible: 4,
  fields: {
    resources: array({ resourceType: int8, resourceName: string, configurationKeys: array(string).nullable() }),
    includeSynonyms: bool,
    includeDocumentation: bool.since(3),
  },
})
export interface DescribeConfigsRequest extends Decoded<typeof describeConfigsRequest> {}

export const describeConfigsResponse = message({
  name: 'DescribeConfigsResponse',
  api: 32,
  versions: [1, 4],
  flexible: 4,
  fields: {
    throttleTimeMs: int32,
    results: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: bool,
        configSource: int8.default(-1),
        isSensitive: bool,
        synonyms: array({ name: string, value: string.nullable(), source: int8 }),
        configType: int8.since(3),
        documentation: string.since(3).nullable(),
      }),
    }),
  },
})
export interface DescribeConfigsResponse extends Decoded<typeof describeConfigsResponse> {}
