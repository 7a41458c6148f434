/** Messages of protocol errors that programs compare with; the others have this client's own. */
export const protocolTexts: Readonly<Record<number, string>> = {
  1: 'The requested offset is not within the range of offsets maintained by the server',
  3: 'This server does not host this topic-partition',
  7: 'The request timed out',
  17: 'The request attempted to perform an operation on an invalid topic',
  25: 'The coordinator is not aware of this member',
  27: 'The group is rebalancing, so a rejoin is needed',
  29: 'Not authorized to access topics: [Topic authorization failed]',
  36: 'Topic with this name already exists',
  37: 'Number of partitions is invalid',
  39: 'Replica assignment is invalid',
  54: 'Security features are disabled',
  73: 'Topic deletion is disabled',
}
