/** Which groups were used on which connection, for `leaveOnDisconnect`. */
export class GroupConnections {
  readonly #groups = new Map<number, Set<string>>()

  add(connectionId: number, groupId: string): void {
    const groups = this.#groups.get(connectionId)
    if (groups === undefined) this.#groups.set(connectionId, new Set([groupId]))
    else groups.add(groupId)
  }

  /** Forgets a connection and returns its groups. */
  take(connectionId: number): Iterable<string> {
    const groups = this.#groups.get(connectionId)
    this.#groups.delete(connectionId)
    return groups ?? []
  }
}
