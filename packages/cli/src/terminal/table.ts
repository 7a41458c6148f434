export interface Column {
  readonly head: string
  /** Numbers stand on the right, so that their digits do, too. */
  readonly isNumber?: boolean
}

const gap = '  '

/** Rows under heads, aligned; heads are bold where there is colour. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = columns.map(({ head }, i) => Math.max(head.length, ...rows.map((row) => String(row[i]).length)))
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, i) => {
        const text = String(cell)
        return columns[i]!.isNumber === true ? text.padStart(widths[i]!) : text.padEnd(widths[i]!)
      })
      .join(gap)
      .trimEnd()
  const heads = line(columns.map(({ head }) => head))
  return [bold(heads), ...rows.map(line)].join('\n')
}

/** `TERM`, `NO_COLOR` and the like decide; nothing but a terminal has colours. */
const hasColour = () => process.stdout.isTTY === true && process.stdout.hasColors()

export const bold = (text: string): string => (hasColour() ? `\u001b[1m${text}\u001b[22m` : text)
