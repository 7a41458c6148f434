// What a closed client leaves behind: nothing that would keep its process alive.
import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@ottla/client'
import { nodeRuntime, type Runtime } from '@ottla/runtime'
import { startBroker } from 'ottla'

/** Counts timers that are set and that fire. */
function countingRuntime(): { runtime: Runtime; timers: { pending: number; fired: number } } {
  const timers = { pending: 0, fired: 0 }
  const runtime = nodeRuntime()
  const timer: Runtime['timer'] = (ms, fire) => {
    let isOver = false
    const end = () => {
      if (!isOver) timers.pending--
      isOver = true
    }
    timers.pending++
    const set = runtime.timer(ms, () => {
      end()
      timers.fired++
      fire()
    })
    return {
      cancel() {
        end()
        set.cancel()
      },
    }
  }
  return { runtime: { ...runtime, timer }, timers }
}

test('no timer is left soon after a client has closed', async () => {
  await using broker = await startBroker()
  const { runtime, timers } = countingRuntime()
  const client = createClient({ bootstrap: broker.bootstrapServers, runtime })
  await client.producer().send({ topic: 'left', value: 'x' })
  const consumer = client.consumer({ groupId: 'leavers', topics: 'left', autoOffsetReset: 'earliest' })
  for await (const record of consumer) {
    equal(String(record.value), 'x')
    break
  }
  await client.close()
  const firedBefore = timers.fired
  while (timers.pending > 0) await sleep(10)
  // The wheel of all deadlines turns once more for each that is still set; one of seconds would turn it a hundred times.
  ok(timers.fired - firedBefore < 20, `${timers.fired - firedBefore} timers have fired after the close`)
})
