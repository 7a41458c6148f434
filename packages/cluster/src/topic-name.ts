import { KafkaError } from '@ottla/protocol'

const maxLength = 249
const legal = /^[a-zA-Z0-9._-]+$/

/** What is wrong with a topic's name; undefined if nothing is. */
export function faultOfTopicName(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > maxLength) return `the length of '${name}' is longer than the max allowed length ${maxLength}`
  if (!legal.test(name)) {
    return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
  }
  return undefined
}

export function checkTopicName(name: string): void {
  const fault = faultOfTopicName(name)
  if (fault !== undefined) throw new KafkaError('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${fault}`)
}

/**
 * The existing name that a new one collides with: Kafka's metrics write '.' as '_', so names that differ only there
 * are kept apart.
 */
export function collidingName(name: string, existing: Iterable<string>): string | undefined {
  if (!/[._]/.test(name)) return undefined
  const folded = name.replaceAll('.', '_')
  for (const other of existing) {
    if (other.length === name.length && other !== name && other.replaceAll('.', '_') === folded) return other
  }
  return undefined
}
