// A server that takes what producers send, acknowledges it at once, and neither looks at it nor keeps it. What Kafka's
// producer does against it is the most that any broker beside it on this machine can be sent. Prints `ready HOST:PORT`.
import { createServer, type Socket } from 'node:net'
import {
  apiVersionsRequest,
  apiVersionsResponse,
  type Decoded,
  decoder,
  initProducerIdRequest,
  initProducerIdResponse,
  type Message,
  metadataRequest,
  metadataResponse,
  type Partially,
  produceRequest,
  produceResponse,
  Reader,
  readRequestHeader,
  responseFrame,
  stableVersions,
  Writer,
} from '@ottla/protocol'
import { partitions } from './measure.ts'

const nodeId = 1
const topicId = 'AAAAAAAAQACAAAAAAAAAAQ'

interface Api {
  readonly request: Message<any>
  readonly response: Message<any>
  answer(request: any): object
}

function api<Q extends Message<any>, A extends Message<any>>(
  request: Q,
  response: A,
  answer: (request: Decoded<Q>) => Partially<Decoded<A>>,
): Api {
  return { request, response, answer }
}

const server = createServer({ noDelay: true }, serve)
const port = () => (server.address() as { readonly port: number }).port

const apis: readonly Api[] = [
  api(produceRequest, produceResponse, ({ topicData }) => ({
    responses: topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({ index })),
    })),
  })),
  api(metadataRequest, metadataResponse, ({ topics }) => ({
    brokers: [{ nodeId, host: '127.0.0.1', port: port() }],
    clusterId: 'keeps-nothing',
    controllerId: nodeId,
    topics: (topics ?? []).map(({ name }) => ({
      name,
      topicId,
      partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
        partitionIndex,
        leaderId: nodeId,
        leaderEpoch: 0,
        replicaNodes: [nodeId],
        isrNodes: [nodeId],
      })),
    })),
  })),
  api(apiVersionsRequest, apiVersionsResponse, () => ({ apiKeys: ranges() })),
  api(initProducerIdRequest, initProducerIdResponse, () => ({ producerId: 1 })),
]

const ranges = () =>
  apis.map(({ request }) => {
    const [minVersion, maxVersion] = stableVersions(request)
    return { apiKey: request.api!, minVersion, maxVersion }
  })

function serve(socket: Socket): void {
  const writer = new Writer()
  let chunks: Buffer[] = []
  let held = 0
  let wanted = 4
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    held += chunk.length
    while (held >= wanted) {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      const size = 4 + bytes.readInt32BE(0)
      chunks = [bytes]
      wanted = size
      if (held < size) return
      for (const piece of answerTo(writer, bytes.subarray(4, size))) socket.write(piece)
      chunks = [bytes.subarray(size)]
      held -= size
      wanted = 4
    }
  })
}

function answerTo(writer: Writer, frame: Buffer): Buffer[] {
  const reader = new Reader(frame)
  const { requestApiKey, requestApiVersion: version, correlationId } = readRequestHeader(reader)
  const { request, response, answer } = apis.find((known) => known.request.api === requestApiKey)!
  const body = answer(decoder(request, version)(reader))
  return responseFrame(writer, { response, version, correlationId, body })
}

server.listen(0, '127.0.0.1', () => console.log(`ready 127.0.0.1:${port()}`))
