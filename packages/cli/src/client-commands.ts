import type { Command } from 'commander'
import { addConsume } from './arguments/consume-arguments.ts'
import { addGroup } from './arguments/group-arguments.ts'
import { addProduce } from './arguments/produce-arguments.ts'
import { addTopic } from './arguments/topic-arguments.ts'
import { consume } from './consume/consumption.ts'
import { deleteGroups, describeGroups, listGroups, resetGroup } from './group/index.ts'
import { produce } from './produce/production.ts'
import { alterTopics, createTopics, deleteTopics, describeTopics, listTopics } from './topic/index.ts'

/** The commands that are clients. They are bundled apart from the broker, so that its start loads nothing for them. */
export function addClientCommands(ottla: Command): void {
  addProduce(ottla, produce)
  addConsume(ottla, consume)
  addTopic(ottla, {
    create: createTopics,
    list: listTopics,
    describe: describeTopics,
    alter: alterTopics,
    delete: deleteTopics,
  })
  addGroup(ottla, { list: listGroups, describe: describeGroups, reset: resetGroup, delete: deleteGroups })
}
