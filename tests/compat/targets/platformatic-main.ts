// The process in which the scenarios of @platformatic/kafka run: one line of JSON for each result.
import type { Server } from '../harness/server.ts'
import { runScenarios } from '../harness/target.ts'
import { scenarios } from './platformatic-scenarios.ts'

const [address = '', ...only] = process.argv.slice(2)
const report = (result: object) => console.log(JSON.stringify(result))
await runScenarios(scenarios, { server: { address } as Server, only, report })
process.exit(0)
