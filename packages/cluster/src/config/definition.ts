export type ConfigType = 'boolean' | 'string' | 'int' | 'short' | 'long' | 'double' | 'list' | 'class' | 'password'

/**
 * How a setting is changed: of a topic or a group by itself; of a broker only at start (`read-only`), while it runs
 * (`per-broker`), or while it runs and for all brokers at once as well (`cluster-wide`).
 */
export type ConfigUpdate = 'topic' | 'group' | 'read-only' | 'per-broker' | 'cluster-wide'

export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  /** As text; null: there is none. */
  readonly default: string | null
  /** Which values there are, for people, and the rule itself (`value-rule.ts`); '': all of the type. */
  readonly valid: string
  readonly importance: 'high' | 'medium' | 'low'
  readonly update: ConfigUpdate
  readonly documentation: string
  /** False: known because Kafka has it, without effect here. */
  readonly effective: boolean
}

export type ConfigTable = ReadonlyMap<string, ConfigDefinition>

type Row = readonly [
  name: string,
  type: ConfigType,
  standard: string | null,
  valid: string,
  importance: ConfigDefinition['importance'],
  update: ConfigUpdate,
  documentation?: string,
]

const withoutEffect = 'A setting of Kafka that has no effect here.'

export function defineConfigs(rows: readonly Row[]): ConfigTable {
  return new Map(rows.map((row) => [row[0], definitionOf(row)]))
}

function definitionOf([name, type, standard, valid, importance, update, documentation]: Row): ConfigDefinition {
  return {
    name,
    type,
    default: standard,
    valid,
    importance,
    update,
    documentation: documentation ?? withoutEffect,
    effective: documentation !== undefined && !documentation.includes('No effect on Ottla'),
  }
}
