// One client doing one work, in a process of its own: node worker.mjs CLIENT BOOTSTRAP WORK TOPIC SECONDS. Prints figures.
import { clients } from './clients.mjs'

/** Bytes of a value; records of one call; calls at a time. */
const produceWorks = {
  'produce-100': { bytes: 100, perCall: 1_000, atATime: 5 },
  'produce-1024': { bytes: 1_024, perCall: 1_000, atATime: 5 },
  'produce-single': { bytes: 100, perCall: 1, atATime: 1_000 },
}
const keys = Array.from({ length: 10_000 }, (_, i) => Buffer.from(`key-${i}`))

const [name, bootstrap, work, topic, seconds] = process.argv.slice(2)
const client = await clients[name](bootstrap)
const count = work.startsWith('produce') ? await produce(produceWorks[work]) : await consume()
await client.close()
console.log(JSON.stringify(count))
process.exit(0)

async function produce({ bytes, perCall, atATime }) {
  const value = Buffer.alloc(bytes, 'v')
  let next = 0
  const call = () =>
    client.send(
      topic,
      Array.from({ length: perCall }, () => ({ key: keys[next++ % keys.length], value })),
    )
  await client.connectProducer()
  await call()
  let isOver = false
  const loop = async (watch) => {
    while (!isOver) {
      await call()
      watch.records += perCall
    }
  }
  return measured(async (watch) => {
    setTimeout(() => {
      isOver = true
    }, Number(seconds) * 1_000)
    await Promise.all(Array.from({ length: atATime }, () => loop(watch)))
  })
}

/** Reads what is there already, from the beginning, for at most the time given. */
async function consume() {
  return measured(
    (watch) =>
      new Promise((done) => {
        setTimeout(done, Number(seconds) * 1_000)
        client.consume(topic, (records) => {
          // From the first records on: how long a group takes to form is another question.
          watch.begin ??= performance.now()
          watch.end = performance.now()
          watch.records += records
        })
      }),
  )
}

async function measured(run) {
  const watch = { records: 0, begin: undefined, end: undefined }
  const cpu = process.cpuUsage()
  const start = performance.now()
  await run(watch)
  const elapsed = ((watch.end ?? performance.now()) - (watch.begin ?? start)) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return {
    recordsPerSecond: watch.records / elapsed,
    cpuMicrosPerRecord: (user + system) / watch.records,
    residentMb: process.memoryUsage.rss() / 2 ** 20,
  }
}
