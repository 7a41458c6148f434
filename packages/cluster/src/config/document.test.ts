import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { configurationDocument } from '../testing/configuration-document.ts'

const path = new URL('../../../../docs/configuration.md', import.meta.url)

test('docs/configuration.md says what the tables say', () => {
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, configurationDocument())
  assert.equal(readFileSync(path, 'utf8'), configurationDocument())
})
