const httpStarts = ['GET ', 'POST', 'PUT ', 'HEAD', 'OPTI', 'DELE', 'PATC', 'CONN', 'PRI ']

/** What a connection speaks whose first frame claims to have this size, if that is not Kafka's protocol; for the log. */
export function foreignProtocol(size: number): string | undefined {
  const start = Buffer.alloc(4)
  start.writeInt32BE(size)
  // A TLS record: type handshake (22), version 3.x.
  if (start[0] === 0x16 && start[1] === 0x03)
    return 'TLS was spoken to a listener without TLS; set security.protocol=PLAINTEXT in the client'
  if (httpStarts.includes(start.toString('latin1')))
    return 'HTTP was spoken to a listener of the Kafka protocol; this is not a web address'
  return undefined
}
