/** What an isolate or process remembers for a short time, so that requests do not wait for what seldom changes. */

/** Values that are remembered by key. */
export interface Memory<Value> {
  /** The value of `key` if it is still remembered. */
  get(key: string): Value | undefined;
  /** Remembers it from now on. */
  set(key: string, value: Value): void;
  forget(key: string): void;
  /** The same value, or else what `read` gives, which is remembered unless it is null. */
  recall<Read extends Value | null>(key: string, read: () => Promise<Read>): Promise<Read | Value>;
}

/** How long and how much is remembered. */
export interface MemoryLimits {
  /** 0 for nothing. */
  readonly forMs: number;
  /** The oldest are forgotten first. */
  readonly most: number;
  /** Milliseconds since 1970. */
  now(): number;
}

/** An empty memory. Promises are not shared: on Workers they belong to the request that made them. */
export function createMemory<Value>({ forMs, most, now }: MemoryLimits): Memory<Value> {
  const entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();
  const get = (key: string): Value | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && now() < entry.untilMs ? entry.value : undefined;
  };
  const set = (key: string, value: Value): void => {
    if (forMs === 0) return;
    entries.delete(key);
    entries.set(key, { value, untilMs: now() + forMs });
    const [oldest] = entries.keys();
    if (entries.size > most && oldest !== undefined) entries.delete(oldest);
  };
  return {
    get,
    set,
    forget: (key) => void entries.delete(key),
    async recall(key, read) {
      const known = get(key);
      if (known !== undefined) return known;
      const value = await read();
      if (value !== null) set(key, value);
      return value;
    },
  };
}
