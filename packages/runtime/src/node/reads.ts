import { type Inlet, pour } from '../network.ts'

const chunkBytes = 64 * 1024

/**
 * Where a socket of Node reads to: by `onread` it asks for a buffer before each read, and fills as much of it as there is.
 * It asks for the first one before anybody has said where the bytes should go; what comes in that one is passed on.
 */
export class Reads {
  #inlet: Inlet | undefined
  #receive: (chunk: Buffer) => void = () => {}
  /** The last room was the inlet's. */
  #isDirect = false

  readonly onread = {
    buffer: (): Uint8Array => {
      this.#isDirect = this.#inlet !== undefined
      return this.#inlet?.room() ?? Buffer.allocUnsafeSlow(chunkBytes)
    },
    callback: (bytes: number, room: Uint8Array): boolean => {
      const inlet = this.#inlet
      if (inlet === undefined) this.#receive((room as Buffer).subarray(0, bytes))
      else if (this.#isDirect) inlet.filled(bytes)
      else pour(room.subarray(0, bytes), inlet)
      return true
    },
  }

  receiveBy(receive: (chunk: Buffer) => void): void {
    this.#receive = receive
  }

  goInto(inlet: Inlet): void {
    this.#inlet = inlet
  }
}
