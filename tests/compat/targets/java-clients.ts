export const javaClients: import('../harness/target.ts').Target = {
  name: 'java-clients',
  prepare: async () => 'not yet',
  run: async () => {},
}
