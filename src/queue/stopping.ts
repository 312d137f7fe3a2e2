/** Waiting that ends when the process is told to stop. */

/**
 * What `work` gives, unless `stopping` comes first: then its end is not waited for.
 * @throws the signal's reason once it is aborted; what `work` throws.
 */
export async function unlessStopped<Value>(
  work: Promise<Value>,
  stopping: AbortSignal | undefined,
): Promise<Value> {
  if (stopping === undefined) return await work;
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(stopping.reason);
  });
  stopping.addEventListener("abort", stop);
  if (stopping.aborted) stop();
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stopping.removeEventListener("abort", stop);
  }
}
