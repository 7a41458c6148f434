import type { Case } from '../case.ts'
import { clusterCases } from './cluster.ts'
import { configCases } from './configs.ts'
import { fetchCases } from './fetch.ts'
import { groupCases } from './groups.ts'
import { offsetCases } from './offsets.ts'
import { produceCases } from './produce.ts'
import { recordCases } from './records.ts'
import { sequenceCases } from './sequences.ts'
import { topicCases } from './topics.ts'

export const cases: readonly Case[] = [
  ...produceCases,
  ...recordCases,
  ...topicCases,
  ...fetchCases,
  ...groupCases,
  ...offsetCases,
  ...configCases,
  ...clusterCases,
  ...sequenceCases,
]
