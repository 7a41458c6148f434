import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { Chance, SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { TimerWheel } from './timer-wheel.ts'

test('deadlines fire in their order, never early and at most a tick late, over any distance', async () => {
  const runtime = new SimulatedRuntime()
  const chance = new Chance(7)
  await runtime.run(async () => {
    const wheel = new TimerWheel(runtime)
    const fired: number[] = []
    for (let i = 0; i < 500; i++) {
      const ms = chance.happens(0.5) ? chance.integer(300) : chance.integer(60_000)
      const dueMs = runtime.monotonic() + ms
      wheel.after(ms, () => {
        fired.push(dueMs)
        ok(runtime.monotonic() >= dueMs, 'not early')
        ok(runtime.monotonic() <= dueMs + 41, 'not late')
      })
      if (chance.happens(0.1)) await runtime.sleep(chance.integer(500))
    }
    await runtime.sleep(70_000)
    equal(fired.length, 500)
  })
})

test('a deadline that was cancelled does not fire, not even by another one of the same moment', async () => {
  const runtime = new SimulatedRuntime()
  await runtime.run(async () => {
    const wheel = new TimerWheel(runtime)
    const fired: string[] = []
    wheel.after(100, () => {
      fired.push('first')
      second.cancel()
    })
    const second = wheel.after(101, () => fired.push('second'))
    wheel.after(50, () => fired.push('never')).cancel()
    await runtime.sleep(1_000)
    deepEqual(fired, ['first'])
  })
})

test('with nothing set, no timer runs', async () => {
  const runtime = new SimulatedRuntime()
  await runtime.run(async () => {
    const wheel = new TimerWheel(runtime)
    wheel.after(10, () => {})
    await runtime.sleep(200)
  })
  // Were a timer left, this would wait for it, and not say that nothing is left to happen.
  await rejects(
    runtime.run(() => new Promise(() => {})),
    /nothing is left/,
  )
})

test('a sleep ends with the reason of its signal', async () => {
  const runtime = new SimulatedRuntime()
  await runtime.run(async () => {
    const wheel = new TimerWheel(runtime)
    const stop = new AbortController()
    const sleeping = wheel.sleep(10_000, stop.signal)
    await runtime.sleep(10)
    stop.abort(new Error('enough'))
    await rejects(sleeping, /enough/)
    await rejects(wheel.sleep(1, stop.signal), /enough/)
  })
})
