export const javaTools: import('../harness/target.ts').Target = {
  name: 'java-tools',
  prepare: async () => 'not yet',
  run: async () => {},
}
