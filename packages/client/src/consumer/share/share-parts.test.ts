import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Acknowledgements } from './acknowledgements.ts'
import { ShareSession } from './share-session.ts'

const a = { topic: 'a', partition: 0 }
const b = { topic: 'b', partition: 1 }

test('consecutive offsets of one decision are one batch, whatever the order of the decisions', () => {
  const decisions = new Acknowledgements()
  for (const offset of [4, 2, 3, 9]) decisions.add(a, offset, 'accept')
  decisions.add(a, 5, 'reject')
  decisions.add(b, 7, 'gap')
  assert.deepEqual(decisions.take(), [
    {
      ...a,
      acknowledgementBatches: [
        { firstOffset: 2, lastOffset: 4, acknowledgeTypes: [1] },
        { firstOffset: 5, lastOffset: 5, acknowledgeTypes: [3] },
        { firstOffset: 9, lastOffset: 9, acknowledgeTypes: [1] },
      ],
    },
    { ...b, acknowledgementBatches: [{ firstOffset: 7, lastOffset: 7, acknowledgeTypes: [0] }] },
  ])
  assert.ok(decisions.isEmpty)
})

test('a later decision replaces one that was not sent yet', () => {
  const decisions = new Acknowledgements()
  decisions.add(a, 1, 'release')
  decisions.add(a, 1, 'accept')
  assert.deepEqual(decisions.take()[0]!.acknowledgementBatches[0]!.acknowledgeTypes, [1])
})

test('a session names partitions once, and begins anew with all of them', () => {
  const session = new ShareSession()
  assert.deepEqual(session.next([a, b]), { shareSessionEpoch: 0, added: [a, b], forgotten: [] })
  session.answered()
  assert.deepEqual(session.next([a]), { shareSessionEpoch: 1, added: [], forgotten: [b] })
  session.answered()
  assert.equal(session.isNew, false)
  session.restart()
  assert.deepEqual(session.next([a]), { shareSessionEpoch: 0, added: [a], forgotten: [] })
})
