import { array, type Decoded, int16, int32, int64, message, string } from '../codec/schema.ts'

/** ListTransactions (66): list transactions. KIP-664. */
export const listTransactionsRequest = message({
  name: 'ListTransactionsRequest',
  api: 66,
  versions: [0, 2],
  flexible: 0,
  fields: {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: int64.since(1).default(-1),
    transactionalIdPattern: string.since(2).nullable().default(null),
  },
})
export interface ListTransactionsRequest extends Decoded<typeof listTransactionsRequest> {}

export const listTransactionsResponse = message({
  name: 'ListTransactionsResponse',
  api: 66,
  versions: [0, 2],
  flexible: 0,
  fields: {
    throttleTimeMs: int32,
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array({ transactionalId: string, producerId: int64, transactionState: string }),
  },
})
export interface ListTransactionsResponse extends Decoded<typeof listTransactionsResponse> {}
