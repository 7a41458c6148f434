import { KafkaJSNonRetriableError } from '../errors.ts'
import type { ITopicConfig } from '../types/admin.ts'

const invalid = (message: string) => new KafkaJSNonRetriableError(message)

/** `what` are the things in the array: `topics`. */
export function checkTopicNames(topics: readonly { readonly topic: string }[], what: string): void {
  if (topics.some(({ topic }) => typeof topic !== 'string'))
    throw invalid(`Invalid ${what} array, the topic names have to be a valid string`)
  if (new Set(topics.map(({ topic }) => topic)).size < topics.length)
    throw invalid(`Invalid ${what} array, it cannot have multiple entries for the same topic`)
}

export function checkTopics(topics: readonly ITopicConfig[]): void {
  if (!topics || !Array.isArray(topics)) throw invalid(`Invalid topics array ${topics}`)
  checkTopicNames(topics, 'topics')
  for (const { topic, configEntries } of topics as ITopicConfig[]) checkConfigEntries(topic, configEntries)
}

function checkConfigEntries(topic: string, entries: unknown): void {
  if (entries == null) return
  const of = `Invalid configEntries for topic "${topic}"`
  if (!Array.isArray(entries)) throw invalid(`${of}, must be an array`)
  entries.forEach((entry, index) => {
    if (typeof entry !== 'object' || entry === null) throw invalid(`${of}. Entry ${index} must be an object`)
    for (const property of ['name', 'value'])
      if (typeof entry[property] !== 'string')
        throw invalid(`${of}. Entry ${index} must have a valid "${property}" property`)
  })
}

export function checkGroup(groupId: string): void {
  if (!groupId) throw invalid(`Invalid groupId ${groupId}`)
}

export function checkTopic(topic: string): void {
  if (!topic || typeof topic !== 'string') throw invalid(`Invalid topic ${topic}`)
}

const isText = (value: unknown) => typeof value === 'string'
const isTextOrNothing = (value: unknown) => value === undefined || isText(value)

const texts = ['principal', 'host', 'resourceName'] as const
const enumerations = [
  ['operation', 'operation type'],
  ['resourcePatternType', 'resource pattern type'],
  ['permissionType', 'permission type'],
  ['resourceType', 'resource type'],
] as const

type AclLike = Readonly<Record<string, unknown>>
export type AclEnumerations = Readonly<Record<(typeof enumerations)[number][0], readonly number[]>>

/** For a list of entries, or of filters, of which texts may be missing. */
export function checkAcls(acls: readonly AclLike[], values: AclEnumerations, name: 'ACL' | 'ACL Filter'): void {
  const isValid = name === 'ACL' ? isText : isTextOrNothing
  if (!acls || !Array.isArray(acls)) throw invalid(`Invalid ${name} array ${acls}`)
  if (acls.length === 0) throw invalid(`Empty ${name} array`)
  for (const text of texts)
    if (acls.some((acl) => !isValid(acl[text])))
      throw invalid(`Invalid ${name} array, the ${text}s have to be a valid string`)
  for (const [property, what] of enumerations) {
    const wrong = acls.find((acl) => !values[property].includes(acl[property] as number))
    if (wrong !== undefined) throw invalid(`Invalid ${what} ${wrong[property]}: ${JSON.stringify(wrong)}`)
  }
}

export function checkAclFilter(filter: AclLike, values: AclEnumerations): void {
  for (const text of texts)
    if (!isTextOrNothing(filter[text])) throw invalid(`Invalid ${text}, the ${text} have to be a valid string`)
  for (const [property, what] of enumerations) {
    const named = property === 'resourcePatternType' ? 'resource pattern filter type' : what
    if (!values[property].includes(filter[property] as number)) throw invalid(`Invalid ${named} ${filter[property]}`)
  }
}

export function checkResources<T extends { readonly type: number; readonly name: string }>(
  resources: readonly T[],
  types: readonly number[],
): void {
  if (!resources || !Array.isArray(resources)) throw invalid(`Invalid resources array ${resources}`)
  if (resources.length === 0) throw invalid('Resources array cannot be empty')
  const wrongType = resources.find(({ type }) => !types.includes(type))
  if (wrongType !== undefined) throw invalid(`Invalid resource type ${wrongType.type}: ${JSON.stringify(wrongType)}`)
  const wrongName = resources.find(({ name }) => !name || typeof name !== 'string')
  if (wrongName !== undefined) throw invalid(`Invalid resource name ${wrongName.name}: ${JSON.stringify(wrongName)}`)
}
