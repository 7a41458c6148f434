import type { Target } from '../harness/target.ts'
import { differential } from './differential.ts'
import { franzGo } from './franz-go.ts'
import { javaClients } from './java-clients.ts'
import { javaTools } from './java-tools.ts'
import { kafkajs } from './kafkajs.ts'
import { kcat } from './kcat.ts'
import { platformatic } from './platformatic.ts'
import { pythonClients } from './python-clients.ts'

export const targets: readonly Target[] = [
  differential,
  kcat,
  kafkajs,
  platformatic,
  javaTools,
  javaClients,
  pythonClients,
  ...franzGo,
]
