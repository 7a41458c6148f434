import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesText, countText, secondsText } from './quantities.ts'
import { table } from './table.ts'

test('columns are aligned, numbers to the right, and no line ends with blanks', () => {
  const columns = [{ head: 'TOPIC' }, { head: 'END', isNumber: true }, { head: 'NOTE' }]
  const rows = [
    ['a', 5, 'x'],
    ['longer', 12_345, ''],
  ]
  assert.equal(table(columns, rows), 'TOPIC     END  NOTE\na           5  x\nlonger  12345')
})

test('quantities are read at a glance', () => {
  assert.deepEqual([0, 1023, 1536, 5 * 1024 ** 3].map(bytesText), ['0 B', '1023 B', '1.5 KiB', '5.0 GiB'])
  assert.deepEqual([countText(1, 'record'), countText(1200, 'record')], ['1 record', '1,200 records'])
  assert.deepEqual([340, 12_400, 185_000].map(secondsText), ['0.3 s', '12 s', '3 min 5 s'])
})
