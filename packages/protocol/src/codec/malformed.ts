/** Bytes that are not what they claim to be. Says where and why; a connection that sends such bytes is closed. */
export class MalformedError extends Error {
  /** Where in the buffer, in bytes. */
  readonly position: number

  constructor(position: number, why: string) {
    super(`malformed at byte ${position}: ${why}`)
    this.name = 'MalformedError'
    this.position = position
  }
}
