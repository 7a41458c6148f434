/**
 * Works on the items, from the last to the first, `count` at a time. After a failure no other begins. It rejects when all that
 * was begun has ended: nothing goes on behind the back of who called.
 */
export async function inParallel<T>(count: number, items: T[], work: (item: T) => Promise<void>): Promise<void> {
  let failure: { readonly error: unknown } | undefined
  const worker = async () => {
    for (let item = items.pop(); item !== undefined && failure === undefined; item = items.pop())
      await work(item).catch((error) => {
        failure ??= { error }
      })
  }
  await Promise.all(Array.from({ length: count }, worker))
  if (failure !== undefined) throw failure.error
}
