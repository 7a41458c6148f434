import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { configurationDocument } from '../testing/configuration-document.ts'

const path = new URL('../../../../docs/configuration.md', import.meta.url)

/** The formatter aligns the columns of tables; how wide they are says nothing. */
const unaligned = (text: string) =>
  text.replace(/^\|.*$/gm, (row) => row.replace(/ +\|/g, ' |').replace(/\| +/g, '| ').replace(/-{3,}/g, '---'))

test('docs/configuration.md says what the tables say', () => {
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, configurationDocument())
  assert.equal(unaligned(readFileSync(path, 'utf8')), unaligned(configurationDocument()))
})
