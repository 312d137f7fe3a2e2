/**
 * Work that is done once for all who ask for it while it runs; a failure is not remembered.
 *
 * On Workers a promise belongs to the request that made it: if that request ends first (its client left, or it was answered
 * without waiting), all others who await the promise get an error, for ever. So whoever joins work that fails does it again.
 */

/** A piece of work that is done at the first call, and whose result every later call gets. */
export interface Once<Value> {
  (): Promise<Value>;
  /** Has the next call do the work again; gives the promise that calls got so far, if there was one. */
  forget(): Promise<Value> | undefined;
}

/** Gives the result of a piece of work, and does it at the first call. */
export function once<Value>(make: () => Promise<Value>): Once<Value> {
  const running = new Map<null, Promise<Value>>();
  const forget = () => {
    const known = running.get(null);
    running.delete(null);
    return known;
  };
  return Object.assign(() => joinWork(running, null, make), { forget });
}

/**
 * Joins the work under `key`, or begins it. Its promise stays in `running` until somebody deletes it, or it fails.
 * @throws what `make` throws
 */
export function joinWork<Key, Value>(
  running: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = running.get(key);
  if (known === undefined) return beginWork(running, key, make);
  return known.catch(() => {
    dropFailed(running, key, known);
    return running.get(key) ?? beginWork(running, key, make);
  });
}

/** Joins work by key as `joinWork` does, and keeps the results of the `most` keys whose work began last. */
export function keepLast<Value>(
  most: number,
): (key: string, make: () => Promise<Value>) => Promise<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (key, make) => {
    const work = joinWork(kept, key, make);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return work;
  };
}

function beginWork<Key, Value>(
  running: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const work = make();
  running.set(key, work);
  work.catch(() => dropFailed(running, key, work));
  return work;
}

/** Unless other work has taken its place. */
function dropFailed<Key, Value>(
  running: Map<Key, Promise<Value>>,
  key: Key,
  work: Promise<Value>,
): void {
  if (running.get(key) === work) running.delete(key);
}
