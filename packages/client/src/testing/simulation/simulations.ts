import { GroupRun } from './group-run.ts'
import { ProducerRun } from './producer-run.ts'
import { ShareRun } from './share-run.ts'
import type { Simulation, SimulationKind } from './simulation.ts'
import { TransactionRun } from './transaction-run.ts'

/** All kinds of simulations, by what is among the faults. */
export const simulations: Readonly<Record<SimulationKind, (seed: number) => Simulation>> = {
  producer: (seed) => new ProducerRun(seed),
  transactions: (seed) => new TransactionRun(seed),
  classic: (seed) => new GroupRun(seed, 'classic'),
  consumer: (seed) => new GroupRun(seed, 'consumer'),
  share: (seed) => new ShareRun(seed),
}
