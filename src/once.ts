/**
 * Work that is done once for all who ask for it while it runs; a failure is not remembered.
 *
 * On Workers a promise belongs to the request that made it: if that request ends first (its client left, or it was answered
 * without waiting), all others who await the promise get an error, for ever. So whoever joins work that fails does it again.
 */

/** Gives the result of a piece of work, and does it at the first call. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  const running = new Map<null, Promise<Value>>();
  return () => joinWork(running, null, make);
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
    forget(running, key, known);
    return running.get(key) ?? beginWork(running, key, make);
  });
}

function beginWork<Key, Value>(
  running: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const work = make();
  running.set(key, work);
  work.catch(() => forget(running, key, work));
  return work;
}

/** Unless other work has taken its place. */
function forget<Key, Value>(
  running: Map<Key, Promise<Value>>,
  key: Key,
  work: Promise<Value>,
): void {
  if (running.get(key) === work) running.delete(key);
}
