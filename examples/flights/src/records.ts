// The flights of vega-datasets. `flights-200k.json` has delay, distance and time of the day of 200,000 flights, but not
// their airports; `flights-3m.parquet` of the same package, from which that sample was drawn, has them. So each flight
// looks up its origin there, by delay, distance and minute of the day. A few hundred find nothing: they have no key.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { cache } from '../../../tests/compat/harness/paths.ts'

export interface FlightRecord {
  /** The airport where it began. */
  readonly key: string | null
  /** The flight as it stands in the file, as JSON. */
  readonly value: string
}

interface Flight {
  readonly delay: number
  readonly distance: number
  /** Hour of the day. */
  readonly time: number
}

interface FlightWithOrigin {
  readonly date: Date
  readonly delay: bigint
  readonly distance: bigint
  readonly origin: string
}

/** All 200,000, in the order of the file. The look-up takes some seconds, so its result is kept in `.cache`. */
export async function flightRecords(): Promise<FlightRecord[]> {
  const kept = join(cache, 'flights-with-origin.json')
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(kept, JSON.stringify(await originsOfFlights()))
  }
  const origins = JSON.parse(readFileSync(kept, 'utf8')) as (string | null)[]
  return flights().map((flight, i) => ({ key: origins[i] ?? null, value: JSON.stringify(flight) }))
}

const data = () => join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data')

function flights(): Flight[] {
  return JSON.parse(readFileSync(join(data(), 'flights-200k.json'), 'utf8')) as Flight[]
}

async function originsOfFlights(): Promise<(string | null)[]> {
  const wanted = new Set(flights().map(signature))
  const file = await asyncBufferFromFile(join(data(), 'flights-3m.parquet'))
  const columns = ['date', 'delay', 'distance', 'origin']
  const rows = (await parquetReadObjects({ file, columns, compressors })) as unknown as FlightWithOrigin[]
  const origins = new Map<string, string[]>()
  for (const { date, delay, distance, origin } of rows) {
    const of = `${delay} ${distance} ${date.getUTCHours() * 60 + date.getUTCMinutes()}`
    if (!wanted.has(of)) continue
    const known = origins.get(of)
    if (known === undefined) origins.set(of, [origin])
    else known.push(origin)
  }
  // Of several flights alike, each row of the sample takes the next one.
  return flights().map((flight) => origins.get(signature(flight))?.shift() ?? null)
}

function signature({ delay, distance, time }: Flight): string {
  return `${delay} ${distance} ${Math.round(time * 60) % 1440}`
}
