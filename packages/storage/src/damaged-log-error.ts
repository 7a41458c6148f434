/** Data on disk that is not what was written there, and not what an interrupted write leaves. It is never served. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError'
  readonly path: string
  readonly position: number

  constructor(path: string, position: number, what: string, options?: ErrorOptions) {
    super(`${path} is damaged at byte ${position}: ${what}`, options)
    this.path = path
    this.position = position
  }
}
