import { CommandError } from '../session/command-error.ts'

const lineFeed = 10
const carriageReturn = 13
/** More than any broker takes; what has no line breaks at all must not fill the memory. */
const maxLineBytes = 128 * 1024 * 1024

/** Cuts a stream of chunks into lines, without their ends (LF or CRLF). Lines are views of the chunks. */
export class LineSplitter {
  /** Parts of the line that has begun. */
  #begun: Buffer[] = []
  #begunBytes = 0
  #count = 0

  /** Lines that end in this chunk. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      lines.push(this.#completed(chunk.subarray(start, end)))
      start = end + 1
    }
    if (start < chunk.length) this.#begin(chunk.subarray(start))
    return lines
  }

  /** The last line, if it has no end. */
  end(): Buffer[] {
    return this.#begunBytes === 0 ? [] : [this.#completed(Buffer.alloc(0))]
  }

  #begin(part: Buffer): void {
    this.#begun.push(part)
    this.#begunBytes += part.length
    if (this.#begunBytes > maxLineBytes)
      throw new CommandError(`line ${this.#count + 1} is longer than ${maxLineBytes} bytes; is this a text file?`)
  }

  #completed(rest: Buffer): Buffer {
    const line = this.#begunBytes === 0 ? rest : Buffer.concat([...this.#begun, rest])
    this.#begun = []
    this.#begunBytes = 0
    this.#count++
    return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line
  }
}
