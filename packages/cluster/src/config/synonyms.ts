/** The broker settings that are a topic setting's default, the strongest first. */
const ofTopics: Readonly<Record<string, readonly string[]>> = {
  'cleanup.policy': ['log.cleanup.policy'],
  'compression.gzip.level': ['compression.gzip.level'],
  'compression.lz4.level': ['compression.lz4.level'],
  'compression.type': ['compression.type'],
  'compression.zstd.level': ['compression.zstd.level'],
  'delete.retention.ms': ['log.cleaner.delete.retention.ms'],
  'file.delete.delay.ms': ['log.segment.delete.delay.ms'],
  'flush.messages': ['log.flush.interval.messages'],
  'flush.ms': ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
  'index.interval.bytes': ['log.index.interval.bytes'],
  'local.retention.bytes': ['log.local.retention.bytes'],
  'local.retention.ms': ['log.local.retention.ms'],
  'max.compaction.lag.ms': ['log.cleaner.max.compaction.lag.ms'],
  'max.message.bytes': ['message.max.bytes'],
  'message.timestamp.after.max.ms': ['log.message.timestamp.after.max.ms'],
  'message.timestamp.before.max.ms': ['log.message.timestamp.before.max.ms'],
  'message.timestamp.type': ['log.message.timestamp.type'],
  'min.cleanable.dirty.ratio': ['log.cleaner.min.cleanable.ratio'],
  'min.compaction.lag.ms': ['log.cleaner.min.compaction.lag.ms'],
  'min.insync.replicas': ['min.insync.replicas'],
  preallocate: ['log.preallocate'],
  'retention.bytes': ['log.retention.bytes'],
  'retention.ms': ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  'segment.bytes': ['log.segment.bytes'],
  'segment.index.bytes': ['log.index.size.max.bytes'],
  'segment.jitter.ms': ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  'segment.ms': ['log.roll.ms', 'log.roll.hours'],
  'unclean.leader.election.enable': ['unclean.leader.election.enable'],
}

/** Settings of a broker that say the same in other units or under an older name, the strongest first. */
const ofBrokers: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ['log.dirs', 'log.dir'],
    ofTopics['flush.ms']!,
    ofTopics['retention.ms']!,
    ofTopics['segment.jitter.ms']!,
    ofTopics['segment.ms']!,
  ].flatMap((names) => names.map((name) => [name, names] as const)),
)

const groupPrefixes = /^(consumer|share|streams)\./

export const synonymsOfTopicConfig = (name: string): readonly string[] => ofTopics[name] ?? []
export const synonymsOfBrokerConfig = (name: string): readonly string[] => ofBrokers.get(name) ?? [name]
/** The default of a group's setting is the broker's setting `group.<name>`, where there is one. */
export const synonymsOfGroupConfig = (name: string): readonly string[] =>
  groupPrefixes.test(name) ? [`group.${name}`] : []

const msPerMinute = 60_000
const msPerHour = 3_600_000

/** The value of a synonym in the unit of the setting that it stands for. -1, no limit, has no unit. */
export function inUnitOf(name: string, synonym: string, value: string): string {
  if (!name.endsWith('.ms') || synonym.endsWith('.ms')) return value
  const amount = Number(value)
  if (amount < 0) return value
  return String(amount * (synonym.endsWith('.hours') ? msPerHour : msPerMinute))
}
