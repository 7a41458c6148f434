import { median } from '../table.ts'
import { type Figures, ours } from './workers.ts'

/** All that was measured for one client at one work, a figure for each round. */
export interface Row {
  readonly work: string
  readonly client: string
  readonly rounds: Figures[]
}

const columns = ['', 'records/s', 'Ottla ÷ it', 'CPU µs per record', 'memory, MB', 'broker CPU µs per record']

/** A Markdown table of medians. */
export function report(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const first = rows.find(({ work }) => work === row.work) === row
    const rate = recordsPerSecond(row)
    const best = Math.max(...rows.filter((each) => each.work === row.work && isOurs(each)).map(recordsPerSecond))
    const cells = [
      Math.round(rate).toLocaleString('en-US'),
      isOurs(row) ? '' : (best / rate).toFixed(2),
      perRecord(row, ({ cpuSeconds }) => cpuSeconds),
      median(row.rounds.map(({ peakMb }) => peakMb)).toFixed(0),
      perRecord(row, ({ brokerCpuSeconds }) => brokerCpuSeconds),
    ].map((cell) => (row.rounds.length === 0 ? 'failed' : cell))
    return [first ? row.work : '', row.client, ...cells]
  })
  const all = [['work', 'client', ...columns.slice(1)], ...lines]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)))
  const text = all.map((line) => `| ${line.map((cell, i) => pad(cell, widths[i]!, i)).join(' | ')} |`)
  const rule = `|${widths.map((width, i) => (i < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [text[0], rule, ...text.slice(1)].join('\n')
}

export const recordsPerSecond = (row: Row): number =>
  median(row.rounds.map(({ records, seconds }) => records / seconds))

const isOurs = ({ client }: Row) => ours.includes(client)

function perRecord({ rounds }: Row, seconds: (figures: Figures) => number): string {
  const micros = median(rounds.map((figures) => (seconds(figures) * 1e6) / figures.records))
  return Number.isNaN(micros) ? '–' : micros.toFixed(2)
}

const pad = (cell: string, width: number, column: number) => (column < 2 ? cell.padEnd(width) : cell.padStart(width))
