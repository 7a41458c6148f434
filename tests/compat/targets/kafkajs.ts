// kafkajs: the client that most Node programs use today.
import { runScenarios, type Target } from '../harness/target.ts'
import { adminScenarios } from './kafkajs-admin.ts'
import { groupScenarios } from './kafkajs-groups.ts'
import { recordScenarios } from './kafkajs-records.ts'

export const kafkajs: Target = {
  name: 'kafkajs',
  prepare: () =>
    import('kafkajs').then(
      () => undefined,
      () => 'kafkajs is not installed (npm install)',
    ),
  run: (context) => runScenarios([...recordScenarios, ...groupScenarios, ...adminScenarios], context),
}
