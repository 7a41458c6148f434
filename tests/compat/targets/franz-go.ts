export const franzGo: import('../harness/target.ts').Target[] = []
