// A work queue: any number of workers take mails from one topic, and each mail is for one of them at a time.
import { type Client, createClient, type ShareRecord } from '@ottla/client'
import { findBroker } from '../broker.ts'

const topic = `mails-${Date.now()}`
const groupId = `postmen-of-${topic}`

await using broker = await findBroker({ feature: 'share.version' })
await using client = createClient({ bootstrap: broker.bootstrap })
await prepare(client)

const mails = ['to Ann', 'to Bob', 'to nobody', 'a huge one to Eve', 'to Dan', 'to a full mailbox']
await client.producer().sendBatch(mails.map((value) => ({ topic, value })))

const decided = new Map<string, string>()
const workers = [1, 2].map((number) => ({ number, consumer: client.shareConsumer({ groupId, topics: topic }) }))
await Promise.all(
  workers.map(({ number, consumer }) =>
    consumer.run({
      eachRecord: async (mail) => {
        await deliver(mail)
        console.log(`worker ${number}: ${mail.value}: ${mail.decision ?? 'accept'}, delivery ${mail.deliveryCount}`)
        if (mail.decision !== 'release') decided.set(String(mail.value), mail.decision ?? 'accept')
        if (decided.size === mails.length) for (const each of workers) void each.consumer.close()
      },
    }),
  ),
)
console.log(
  `${decided.size} mails are dealt with, ${[...decided.values()].filter((how) => how === 'reject').length} of them rejected.`,
)

async function deliver(mail: ShareRecord): Promise<void> {
  const text = String(mail.value)
  // Nobody will ever be able to do it: no further try, for anybody.
  if (text.includes('nobody')) return mail.reject()
  // It may work later, here or at another worker's. The group gives up by itself after some tries (5, by default).
  if (text.includes('full mailbox') && mail.deliveryCount < 3) return mail.release()
  // It takes long: the lock on the mail begins anew, so that nobody else gets it meanwhile.
  if (text.includes('huge')) mail.renew()
  await new Promise((resolve) => setTimeout(resolve, 20))
  // Done. Returning without a decision would mean the same; throwing an error would release.
  mail.accept()
}

async function prepare(client: Client): Promise<void> {
  const admin = client.admin()
  await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1 }])
  // A new group begins at the end of the topic, unless it is told otherwise.
  await admin.incrementalAlterConfigs([
    { type: 'group', name: groupId, set: { 'share.auto.offset.reset': 'earliest' } },
  ])
}
