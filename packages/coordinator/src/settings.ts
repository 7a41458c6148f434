/** The limits of group coordinators. Names are those of Kafka's configs. Read afresh for each command: they may change. */
export interface GroupSettings {
  /** `group.initial.rebalance.delay.ms`: how long an empty group gathers members before its first generation. */
  readonly initialRebalanceDelayMs: number
  /** `group.min.session.timeout.ms` */
  readonly minSessionTimeoutMs: number
  /** `group.max.session.timeout.ms` */
  readonly maxSessionTimeoutMs: number
  /** `group.max.size`: members of one group. */
  readonly maxSize: number
  /** Memory for members and offsets of all groups of this broker together, about. Who needs more is refused. */
  readonly maxBytes: number
  /** `offset.metadata.max.bytes`: of the text that may go with a committed offset. */
  readonly offsetMetadataMaxBytes: number
  /** `offsets.retention.minutes`, in ms. */
  readonly offsetsRetentionMs: number
  /** `offsets.retention.check.interval.ms` */
  readonly offsetsRetentionCheckIntervalMs: number
  /**
   * A dynamic member leaves its group as soon as the connection closes that it was last heard on, so that restarted
   * tests and dev servers do not wait for a session timeout. Static members (KIP-345) stay: a restart takes over from
   * the run before by its instance id at once, and not to rebalance is what static membership was asked for.
   */
  readonly leaveOnDisconnect: boolean
  /** A partition of `__consumer_offsets` is not cleaned before its log holds this many bytes. */
  readonly cleanerMinBytes: number
}

export const defaultGroupSettings: GroupSettings = {
  initialRebalanceDelayMs: 3000,
  minSessionTimeoutMs: 6000,
  maxSessionTimeoutMs: 1_800_000,
  maxSize: 2 ** 31 - 1,
  maxBytes: 512 * 1024 * 1024,
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1000,
  offsetsRetentionCheckIntervalMs: 600_000,
  leaveOnDisconnect: false,
  cleanerMinBytes: 1024 * 1024,
}
