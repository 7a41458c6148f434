import type { Connection } from '@ottla/runtime'
import type { Reservation } from './response-memory.ts'

/**
 * What is handed to the socket at a time. Small enough that progress of a slow client shows, and that a connection which
 * closes gives its memory back; large enough that a fast one costs few system calls.
 */
const pieceBytes = 512 * 1024

interface Answer {
  readonly buffers: readonly Uint8Array[]
  readonly reservation: Reservation
}

/** The answers of one connection, in order, on their way into its socket. */
export class ResponseQueue {
  private readonly connection: Connection
  private readonly now: () => number
  private readonly answers: Answer[] = []
  /** Handed to the socket, which has not let go of all of them yet. */
  private readonly leaving: Reservation[] = []
  private nextBuffer = 0
  private nextByte = 0
  private writing = false
  /** When the client last took bytes, or when there was first something to take. */
  lastProgressMs: number

  constructor(connection: Connection, now: () => number) {
    this.connection = connection
    this.now = now
    this.lastProgressMs = now()
  }

  /** All that was pushed has left this process. */
  get empty(): boolean {
    return this.answers.length === 0 && this.leaving.length === 0
  }

  push(buffers: readonly Uint8Array[], reservation: Reservation): void {
    if (this.empty) this.lastProgressMs = this.now()
    this.answers.push({ buffers, reservation })
    this.write()
  }

  /** The socket took what it was given. */
  drained(): void {
    this.lastProgressMs = this.now()
    this.write()
  }

  /** The connection is gone. */
  discard(): void {
    for (const answer of this.answers.splice(0)) answer.reservation.release()
    this.letGo()
  }

  private write(): void {
    if (this.writing) return
    this.writing = true
    while (this.connection.pendingBytes === 0) {
      this.letGo()
      if (this.answers.length === 0) break
      this.lastProgressMs = this.now()
      this.connection.write(this.nextPiece())
    }
    this.writing = false
  }

  private letGo(): void {
    if (this.leaving.length > 0) for (const reservation of this.leaving.splice(0)) reservation.release()
  }

  private nextPiece(): Uint8Array[] {
    const piece: Uint8Array[] = []
    let room = pieceBytes
    while (room > 0 && this.answers.length > 0) {
      const answer = this.answers[0]!
      const buffer = answer.buffers[this.nextBuffer]
      if (buffer === undefined) {
        this.leaving.push(answer.reservation)
        this.answers.shift()
        this.nextBuffer = 0
        continue
      }
      const part = this.nextByte === 0 && buffer.length <= room ? buffer : this.partOf(buffer, room)
      piece.push(part)
      room -= part.length
      this.nextByte += part.length
      if (this.nextByte === buffer.length) {
        this.nextBuffer++
        this.nextByte = 0
      }
    }
    return piece
  }

  private partOf(buffer: Uint8Array, room: number): Uint8Array {
    return buffer.subarray(this.nextByte, Math.min(buffer.length, this.nextByte + room))
  }
}
