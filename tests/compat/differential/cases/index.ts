import type { Case } from '../case.ts'
import { fetchCases } from './fetch.ts'
import { groupCases } from './groups.ts'
import { produceCases } from './produce.ts'
import { topicCases } from './topics.ts'

export const cases: readonly Case[] = [...topicCases, ...produceCases, ...fetchCases, ...groupCases]
