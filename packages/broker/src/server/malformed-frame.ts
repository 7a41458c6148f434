/** A size prefix that no Kafka client sends. */
export class MalformedFrame extends Error {
  override readonly name = 'MalformedFrame'
  readonly size: number

  constructor(size: number, maxFrameBytes: number) {
    super(
      size < 0
        ? `a frame of negative size ${size}`
        : `a frame of ${size} bytes is over socket.request.max.bytes=${maxFrameBytes}`,
    )
    this.size = size
  }
}
