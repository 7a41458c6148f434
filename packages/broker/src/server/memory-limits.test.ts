import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RequestHolder, RequestMemory } from './request-memory.ts'
import { ResponseMemory } from './response-memory.ts'

class Holder implements RequestHolder {
  unfinishedBytes = 0
  held = false
  proceeded = 0
  holdBack(held: boolean) {
    this.held = held
  }
  proceed() {
    this.proceeded++
  }
  /** Receives bytes of a frame that is not whole. */
  receive(memory: RequestMemory, bytes: number) {
    this.unfinishedBytes += bytes
    memory.change(this, bytes)
  }
}

test('above the limit only the frame that waits longest goes on', () => {
  const memory = new RequestMemory(100)
  const [a, b, c] = [new Holder(), new Holder(), new Holder()]
  a.receive(memory, 60)
  b.receive(memory, 60)
  assert.equal(b.held, false, 'the first over the limit is favoured')
  a.receive(memory, 10)
  c.receive(memory, 10)
  assert.deepEqual([a.held, b.held, c.held], [true, false, true])
  b.receive(memory, 1000)
  assert.equal(b.held, false)
  b.unfinishedBytes = 0
  assert.equal(memory.admit(b, 1060), true)
  b.receive(memory, 5)
  assert.deepEqual([a.held, b.held, c.held], [false, true, true])
})

test('a request that would pass the limit waits until others have finished, unless it is alone', () => {
  let shortages = 0
  const memory = new RequestMemory(100, () => shortages++)
  const [a, b] = [new Holder(), new Holder()]
  assert.equal(memory.admit(a, 150), true)
  assert.equal(memory.admit(b, 10), false)
  assert.equal(shortages, 1)
  memory.finish(150)
  assert.equal(b.proceeded, 1)
  assert.equal(memory.admit(b, 10), true)
  memory.grow(90)
  assert.equal(memory.admit(a, 1), false)
  memory.forget(a)
  memory.finish(100)
  assert.equal(a.proceeded, 0)
})

test('memory that is given back lets all go on', () => {
  const memory = new RequestMemory(100)
  const [a, b] = [new Holder(), new Holder()]
  a.receive(memory, 90)
  b.receive(memory, 90)
  a.receive(memory, 1)
  assert.equal(a.held, true)
  memory.change(b, -90)
  assert.equal(a.held, false)
  assert.equal(memory.usedBytes, 91)
})

test('when the favoured connection goes, the next is favoured', () => {
  const memory = new RequestMemory(100)
  const [a, b] = [new Holder(), new Holder()]
  a.receive(memory, 150)
  b.receive(memory, 150)
  assert.deepEqual([a.held, b.held], [false, true])
  memory.change(a, -10)
  memory.forget(a)
  assert.equal(b.held, false)
})

test('an answer gets at most a quarter of what is left', () => {
  const memory = new ResponseMemory(1000)
  assert.equal(memory.tryReserve(10_000, 10)!.bytes, 250)
  assert.equal(memory.tryReserve(10_000, 10)!.bytes, 187)
  assert.equal(memory.tryReserve(5, 10)!.bytes, 5)
  assert.equal(memory.usedBytes, 442)
})

test('who finds too little waits until an answer was taken, in the order of asking', async () => {
  const memory = new ResponseMemory(1000)
  const full = memory.take(1000)
  assert.equal(memory.tryReserve(100, 100), undefined)
  const granted: number[] = []
  const asking = [1, 2].map((who) =>
    memory
      .reserve(100, 100, () => {})
      .then((reservation) => {
        granted.push(who)
        return reservation
      }),
  )
  let cancel = () => {}
  const cancelled = memory.reserve(100, 100, (end) => {
    cancel = end
  })
  cancel()
  assert.equal(await cancelled, undefined)
  full.release()
  full.release()
  await Promise.all(asking)
  assert.deepEqual(granted, [1, 2])
  assert.equal(memory.usedBytes, 200)
})

test('who needs room to begin is told when there is some', () => {
  const memory = new ResponseMemory(1000)
  const seeker = new Holder()
  const full = memory.take(1000)
  assert.equal(memory.hasRoom(seeker), false)
  full.release()
  assert.equal(seeker.proceeded, 1)
  assert.equal(memory.hasRoom(seeker), true)
})

test('fetches that are not read leave a quarter to other answers, however large their first batches are', () => {
  const memory = new ResponseMemory(1000)
  const fetched = memory.tryReserve(10_000, 10)!
  fetched.resize(5000)
  assert.equal(memory.tryReserve(100, 10), undefined)
  const seeker = new Holder()
  assert.equal(memory.hasRoom(seeker), true)
  const other = memory.take(250)
  assert.equal(memory.hasRoom(seeker), false)
  other.release()
  assert.equal(seeker.proceeded, 1)
  fetched.release()
  assert.equal(memory.usedBytes, 0)
})

test('an answer that is released holds nothing any more, whatever its release sets off', () => {
  const memory = new ResponseMemory(1000)
  const answer = memory.take(1000)
  assert.equal(memory.hasRoom({ proceed: () => answer.resize(700) }), false)
  answer.release()
  assert.equal(memory.usedBytes, 0)
})

test('what asks for nothing never waits', () => {
  const memory = new ResponseMemory(1000)
  memory.take(5000)
  assert.equal(memory.tryReserve(0, 10)?.bytes, 0)
})
