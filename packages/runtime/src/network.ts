export interface Address {
  readonly host: string
  readonly port: number
}

/** A byte stream between two ends. All callbacks are set before the first event can come. */
export interface Connection {
  readonly local: Address
  readonly remote: Address
  /** The name that the client asked for (TLS SNI). */
  readonly serverName?: string
  /** Bytes that were written and have not left this process yet. */
  readonly pendingBytes: number
  onData(receive: (chunk: Buffer) => void): void
  /** `pendingBytes` has gone down to nothing. */
  onDrain(drained: () => void): void
  /** Called once, whatever ended the connection. */
  onClose(closed: (error?: Error) => void): void
  /** Queues the buffers, in one go. They must not change afterwards. False: wait for `onDrain`. */
  write(buffers: readonly Uint8Array[]): boolean
  /** Stop and go on receiving: back-pressure to the other end. */
  pause(): void
  resume(): void
  /** Sends what is queued, then closes. */
  end(): void
  /** Closes at once. */
  destroy(): void
}

export interface Listener {
  readonly address: Address
  /** Takes no more connections; those that are open stay. */
  close(): Promise<void>
}

export interface Network {
  /** Port 0 takes a free one. */
  listen(address: Address, accept: (connection: Connection) => void): Promise<Listener>
  connect(address: Address): Promise<Connection>
}
