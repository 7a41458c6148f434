// One client doing one work, in a process of its own:
//   node worker.mjs CLIENT BOOTSTRAP WORK TOPIC SECONDS
// Prints `begin` when it is warm and what counts begins, then its figures.
import { clients } from './clients.mjs'
import { consumeWorks, produceWorks } from './works.ts'

const keys = Array.from({ length: 10_000 }, (_, i) => Buffer.from(`key-${i}`))

const [name, bootstrap, work, topic, secondsText] = process.argv.slice(2)
const ms = Number(secondsText) * 1_000
const client = await clients[name](bootstrap)
const figures = await (work in produceWorks ? produce(produceWorks[work]) : consume(consumeWorks[work]))
console.log(JSON.stringify(figures))
process.exit(0)

async function produce({ bytes, perCall, atATime }) {
  const value = Buffer.alloc(bytes, 'v')
  let next = 0
  let sent = 0
  let isOver = false
  const call = async () => {
    const records = new Array(perCall)
    for (let i = 0; i < perCall; i++) records[i] = { key: keys[next++ % keys.length], value }
    await client.send(topic, records)
    sent += perCall
  }
  const loop = async () => {
    while (!isOver) await call()
  }
  await client.connectProducer()
  await call()
  const loops = Promise.all(Array.from({ length: atATime }, loop))
  await passed(ms / 2)
  const watch = begin(sent)
  await passed(ms)
  const figures = watch(sent)
  isOver = true
  await loops
  return figures
}

/** Reads what is there, from the beginning, for at most the time given. */
async function consume({ bytes, records }) {
  let count = 0
  let bytesSeen = 0
  let watch
  let done
  const over = new Promise((resolve) => {
    done = () => resolve(watch(count))
  })
  const seen = (key, value) => {
    // From the first record on: how long a group takes to form is another question.
    if (watch === undefined) {
      watch = begin(0)
      setTimeout(done, ms)
    }
    bytesSeen += key.length + value.length + (value[0] & 1)
    if (++count === records) done()
  }
  client.consume(topic, seen)
  const figures = await over
  if (bytesSeen < count * bytes) throw new Error('records are shorter than they were sent')
  return figures
}

/** From now on it counts; the function that this returns gives the figures. */
function begin(recordsBefore) {
  console.log('begin')
  const start = performance.now()
  const cpu = process.cpuUsage()
  return (recordsNow) => {
    const seconds = (performance.now() - start) / 1_000
    const { user, system } = process.cpuUsage(cpu)
    const records = recordsNow - recordsBefore
    return { records, seconds, cpuSeconds: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1024 }
  }
}

function passed(time) {
  return new Promise((resolve) => setTimeout(resolve, time))
}
