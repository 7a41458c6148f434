import { KafkaError } from '@ottla/protocol'
import type { ConfigDefinition, ConfigType } from './definition.ts'

const limits: Partial<Record<ConfigType, readonly [min: bigint, max: bigint]>> = {
  short: [-(2n ** 15n), 2n ** 15n - 1n],
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
}

/** As in Kafka; all of it is kept in memory. */
const maxLength = 32767

/** A value in the one form in which it is kept. Throws INVALID_CONFIG, which names the setting and what it takes. */
export function checkedValue(definition: ConfigDefinition, text: string): string {
  if (text.length > maxLength) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `The value for configuration ${definition.name} is longer than ${maxLength}.`,
    )
  }
  const value = definition.type === 'password' ? text : text.trim()
  const fault = faultOf(definition, value)
  if (fault === undefined) return plainForm(definition.type, value)
  const valid = definition.valid === '' ? '' : `; valid values: ${definition.valid}`
  throw new KafkaError('INVALID_CONFIG', `Invalid value ${text} for configuration ${definition.name}: ${fault}${valid}`)
}

function plainForm(type: ConfigType, value: string): string {
  if (type === 'boolean') return value.toLowerCase()
  if (type === 'list') return listItems(value).join(',')
  return limits[type] === undefined ? value : String(BigInt(value.replace('+', '')))
}

/** The items of a list. */
export const listItems = (value: string): string[] => (value === '' ? [] : value.split(',').map((item) => item.trim()))

function faultOf({ name, type, valid }: ConfigDefinition, value: string): string | undefined {
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(value) ? undefined : 'expected true or false'
    case 'short':
    case 'int':
    case 'long':
      return faultOfInteger(type, valid, value)
    case 'double':
      return value !== '' && !Number.isNaN(Number(value)) && inRange(valid, Number(value))
        ? undefined
        : 'not a number that is allowed'
    case 'list':
      return faultOfList(name, valid, listItems(value))
    default:
      return faultOfText(valid, value)
  }
}

function faultOfInteger(type: 'short' | 'int' | 'long', valid: string, value: string): string | undefined {
  if (!/^[+-]?\d+$/.test(value)) return `not a number of type ${type.toUpperCase()}`
  const number = BigInt(value.replace('+', ''))
  const [min, max] = limits[type]!
  if (number < min || number > max) return `not a number of type ${type.toUpperCase()}`
  return inRange(valid, number) ? undefined : 'out of range'
}

/** `[1,...]`, `[1,...,9]`, and `[1,...,9] or -1`. */
function inRange(valid: string, number: bigint | number): boolean {
  const range = /^\[(-?\d+),\.\.\.(?:,(-?\d+))?\](?: or (-?\d+))?$/.exec(valid)
  if (range === null) return true
  const [, min, max, or] = range
  if (or !== undefined && number === (typeof number === 'bigint' ? BigInt(or) : Number(or))) return true
  return number >= Number(min) && (max === undefined || number <= Number(max))
}

function faultOfList(name: string, valid: string, items: readonly string[]): string | undefined {
  if (items.some((item) => item === '')) return 'an item of the list is empty'
  if (new Set(items).size < items.length) return 'an item of the list is there twice'
  if (name.endsWith('.replication.throttled.replicas')) {
    const whole = items.length === 0 || (items.length === 1 && items[0] === '*')
    return whole || items.every((item) => /^\d+:\d+$/.test(item)) ? undefined : 'not a list of partition:broker pairs'
  }
  if (valid === 'non-empty list') return items.length > 0 ? undefined : 'the list is empty'
  const choices = choicesOf(valid)
  const wrong = choices === undefined ? undefined : items.find((item) => !choices.has(item))
  return wrong === undefined ? undefined : `${wrong} is not one of them`
}

function faultOfText(valid: string, value: string): string | undefined {
  if (valid === 'non-empty string') return value === '' ? 'the text is empty' : undefined
  const choices = choicesOf(valid)
  if (choices === undefined || choices.has(value)) return undefined
  if (valid.startsWith('(case insensitive)') && choices.has(value.toUpperCase())) return undefined
  if (
    choices.has('by_duration:PnDTnHnMn.nS') &&
    /^by_duration:P(?=.)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/.test(value)
  ) {
    return undefined
  }
  return 'not one of them'
}

/** `[a, b, c]`, the set of what is allowed. */
function choicesOf(valid: string): ReadonlySet<string> | undefined {
  const list = /^(?:\(case insensitive\) )?\[([^\]]*)\]$/.exec(valid)
  if (list === null || valid.includes(',...')) return undefined
  return new Set(list[1]!.split(', '))
}
