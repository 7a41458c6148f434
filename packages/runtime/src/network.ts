import type { ConnectionOptions } from 'node:tls'

/** Where something listens or is connected to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Takes what arrives without a copy: it is read straight to where it is wanted. */
export interface Inlet {
  /** Where the next bytes go; one at least. */
  room(): Uint8Array
  /** So many bytes are there now, from the beginning of the room on. */
  filled(bytes: number): void
}

/** Puts bytes that are somewhere else already into an inlet. */
export function pour(bytes: Uint8Array, inlet: Inlet): void {
  for (let at = 0; at < bytes.length; ) {
    const room = inlet.room()
    const end = Math.min(at + room.length, bytes.length)
    room.set(bytes.subarray(at, end))
    inlet.filled(end - at)
    at = end
  }
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
  /** Instead of `onData`. */
  readInto(inlet: Inlet): void
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

/** How a client's end speaks TLS. Keys and certificates are PEM, several after one another. */
export interface TlsConnectOptions {
  /** Whom to trust, instead of the authorities that come with Node. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** The client's own certificate and key, where the server asks for them. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly passphrase?: string
  /** The name to ask for (SNI) and to find in the certificate. Without it, the host of the address. */
  readonly serverName?: string
  /** False: a certificate that is trusted will do, whatever name is in it. */
  readonly checkServerName?: boolean
  /** False: any certificate will do. For experiments only. */
  readonly rejectUnauthorized?: boolean
  /** What else Node's `tls.connect` takes; it goes before the above. */
  readonly node?: ConnectionOptions
}

export interface ConnectOptions {
  /** Present: TLS, from the first byte on. */
  readonly tls?: TlsConnectOptions
  /** Gives up connecting. A connection that is open stays. */
  readonly signal?: AbortSignal
}

export interface Network {
  /** Port 0 takes a free one. */
  listen(address: Address, accept: (connection: Connection) => void): Promise<Listener>
  connect(address: Address, options?: ConnectOptions): Promise<Connection>
}
