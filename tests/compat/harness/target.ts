import type { Server } from './server.ts'

export type Verdict = 'passed' | 'failed' | 'skipped'

export interface Result {
  readonly name: string
  readonly verdict: Verdict
  /** Why it failed or was skipped. */
  readonly detail?: string
  readonly ms: number
}

export interface RunContext {
  readonly server: Server
  /** Parts of names; a target runs only what contains one of them. Empty: everything. */
  readonly only: readonly string[]
  report(result: Result): void
}

/** A foreign client or suite. */
export interface Target {
  readonly name: string
  /** What it needs of the broker's configuration. */
  readonly settings?: Readonly<Record<string, string>>
  /** Fetches and builds what it needs. A string says why it can not run here. */
  prepare(): Promise<string | undefined>
  run(context: RunContext): Promise<void>
}

/** One thing that a person does with a client. It fails by throwing. */
export interface Scenario {
  readonly name: string
  run(address: string): Promise<void>
}

class Skip extends Error {}

const scenarioTimeoutMs = 60_000

/** Runs scenarios one after the other; a failure or a hang of one does not keep the next from running. */
export async function runScenarios(scenarios: readonly Scenario[], context: RunContext): Promise<void> {
  for (const scenario of scenarios) {
    if (context.only.length > 0 && !context.only.some((part) => scenario.name.includes(part))) continue
    const started = Date.now()
    const done = (verdict: Verdict, detail?: string) =>
      context.report({
        name: scenario.name,
        verdict,
        ms: Date.now() - started,
        ...(detail === undefined ? {} : { detail }),
      })
    try {
      await withTimeout(scenario.run(context.server.address))
      done('passed')
    } catch (error) {
      if (error instanceof Skip) done('skipped', error.message)
      else done('failed', describe(error))
    }
  }
}

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${scenarioTimeoutMs} ms`)), scenarioTimeoutMs)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const ours = error.stack?.split('\n').find((line) => line.includes('/targets/'))
  const cause = error.cause === undefined ? '' : `\ncause: ${describe(error.cause)}`
  const parts = error instanceof AggregateError ? error.errors.map((each) => `\n- ${describe(each)}`).join('') : ''
  return `${error.message}${ours === undefined ? '' : `\n${ours}`}${parts}${cause}`
}

let counter = 0
/** A name that no other scenario and no earlier run uses. */
export function unique(prefix: string): string {
  counter += 1
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${counter}`
}
