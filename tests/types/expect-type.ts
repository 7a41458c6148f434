/** Neither wider nor narrower: `any` and `unknown` are equal to nothing but themselves. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Does not compile unless the value is of just this type. */
export function expectType<Expected>(): <Actual>(
  value: Actual,
  ...mismatch: Same<Expected, Actual> extends true ? [] : [expected: Expected]
) => void {
  return () => {}
}
