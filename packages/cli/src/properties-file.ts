/**
 * Reads a Java properties file, the form of Kafka's server.properties: `key=value`, `key: value` or `key value` a line;
 * `#` and `!` begin comments; a backslash at the end continues a line, and escapes elsewhere.
 */
export function parsedProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const end = endOfKey(line)
    const rest = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
    properties.set(unescaped(line.slice(0, end)), unescaped(rest).trimEnd())
  }
  return properties
}

function logicalLines(text: string): string[] {
  const lines: string[] = []
  let begun = ''
  for (const physical of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const line = physical.trimStart()
    if (begun === '' && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const continues = /(?:^|[^\\])(?:\\\\)*\\$/.test(line)
    begun += continues ? line.slice(0, -1) : line
    if (continues) continue
    lines.push(begun)
    begun = ''
  }
  return begun === '' ? lines : [...lines, begun]
}

function endOfKey(line: string): number {
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++
    else if (/[=: \t\f]/.test(line[at]!)) return at
  }
  return line.length
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

const unescaped = (text: string) =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  )
