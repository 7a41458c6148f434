// Every entry that is named in the arguments gives the same things, under the same names, both ways.
import { deepEqual, ok } from 'node:assert/strict'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
for (const entry of process.argv.slice(2)) {
  const imported = await import(entry)
  const required = require(entry)
  ok(Object.keys(imported).length > 0, `${entry} exports nothing`)
  deepEqual(Object.keys(imported).sort(), Object.keys(required).sort())
  // A default export is all that `require` gives, as Node has it for modules of CommonJS.
  const isSame = (name) => imported[name] === (name === 'default' ? required : required[name])
  for (const name of Object.keys(imported)) ok(isSame(name), `${entry} has two of ${name}`)
  console.log(`${entry}: ${Object.keys(imported).length} names`)
}
