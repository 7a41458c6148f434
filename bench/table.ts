import { cpus, release, totalmem } from 'node:os'
import type { Figures, System } from './measure.ts'

/** How Ottla's figure must compare with Kafka's of the same run, or an absolute limit. */
const targets: Readonly<Record<string, { readonly text: string; holds(ottla: number, kafka: number): boolean }>> = {
  'start to first answer, s': { text: '≤ 1/12', holds: (ottla, kafka) => ottla <= kafka / 12 },
  'in process, import to first record, ms': { text: '≤ 150', holds: (ottla) => ottla <= 150 },
  'memory idle, MB': { text: '≤ 80', holds: (ottla) => ottla <= 80 },
  'memory under load, MB': { text: '≤ 300', holds: (ottla) => ottla <= 300 },
  'produce 100 B, records/s': { text: '≥ 1.3 ×', holds: (ottla, kafka) => ottla >= 1.3 * kafka },
  'produce 1 KB, records/s': { text: '≥ 1.3 ×', holds: (ottla, kafka) => ottla >= 1.3 * kafka },
  'produce 100 B, broker CPU s per GB': { text: '≤ 1/2', holds: (ottla, kafka) => ottla <= kafka / 2 },
  'produce 1 KB, broker CPU s per GB': { text: '≤ 1/2', holds: (ottla, kafka) => ottla <= kafka / 2 },
  'consume 100 B, records/s': { text: '≥ 1 ×', holds: (ottla, kafka) => ottla >= kafka },
  'end to end 100 B, p50, ms': { text: '≤ 2', holds: (ottla) => ottla <= 2 },
  'end to end 100 B, p99, ms': { text: "≤ Kafka's", holds: (ottla, kafka) => ottla <= kafka },
}

/** A Markdown table of the medians over all rounds. */
export function table({ ottla, kafka, ceiling }: Readonly<Record<System, readonly Figures[]>>): string {
  const names = [...new Set([...ottla, ...kafka, ...ceiling].flatMap((figures) => Object.keys(figures)))]
  const rows = names.map((name) => {
    const ours = median(ottla.map((figures) => figures[name]))
    const theirs = median(kafka.map((figures) => figures[name]))
    const most = median(ceiling.map((figures) => figures[name]))
    const target = targets[name]
    const known =
      !Number.isNaN(ours) && (!Number.isNaN(theirs) || target?.holds(ours, Number.NaN) === true || kafka.length > 0)
    const verdict =
      target === undefined || !known ? '' : `${target.text} ${target.holds(ours, theirs) ? 'yes' : '**no**'}`
    return [name, show(ours), show(theirs), ratio(ours, theirs), verdict, show(most), ratio(most, theirs)]
  })
  const all = [['', 'Ottla', 'Apache Kafka', 'Ottla / Kafka', 'to reach', 'ceiling', 'ceiling / Kafka'], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => pad(cell, widths[i]!, i)).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (isText(i) ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(all[0]!), rule, ...all.slice(1).map(line)].join('\n')
}

/** Where it was measured: without that a figure says nothing. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} cores (${model}), ${memory} GB, ${process.platform} ${release()}, Node ${process.versions.node}`
}

const isText = (column: number) => column === 0 || column === 4

function pad(cell: string, width: number, column: number): string {
  return isText(column) ? cell.padEnd(width) : cell.padStart(width)
}

export function median(all: readonly (number | undefined)[]): number {
  const known = all.filter((value) => value !== undefined && !Number.isNaN(value)).sort((a, b) => a! - b!)
  if (known.length === 0) return Number.NaN
  const middle = Math.floor(known.length / 2)
  return known.length % 2 === 1 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2
}

function show(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)
}

function ratio(ours: number, theirs: number): string {
  return Number.isNaN(ours) || Number.isNaN(theirs) || theirs === 0 ? '' : (ours / theirs).toFixed(2)
}
