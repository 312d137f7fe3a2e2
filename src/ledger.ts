/** One ledger of the memory of an isolate: whatever holds more than a few kilobytes enters it first. Long because entries, what gives way and who waits share one count. */
import { UndertoneError } from "./errors.ts";

/** What memory is held for. */
export type MemoryUse =
  /** WASM heaps of the engine. */
  | "heap"
  /** Weights outside the heap, which give way to everything else. */
  | "weights"
  /** Buffers of a computation under way. */
  | "buffers"
  /** Request bodies. */
  | "bodies"
  /** Decoders and the samples that they have made. */
  | "clips"
  /** Results that are being sent, read or written. */
  | "results"
  /** Blobs on their way into a cache. */
  | "cache-writes";

/** The memory of one holder. */
export interface LedgerEntry {
  readonly bytes: number;
  /**
   * Counts `bytes` more, before they are held.
   * @throws UndertoneError `overloaded` if they do not fit beside what is held and does not give way; nothing is counted then.
   */
  hold(bytes: number): void;
  /**
   * The same, once they fit.
   * @throws what `MemoryLedger.take` throws
   */
  holdSoon(bytes: number, options?: TakeOptions): Promise<void>;
  /** Counts `bytes` in all. For what exists already, or becomes less. */
  set(bytes: number): void;
  /** Passes `bytes` of what it counts on to another entry. */
  give(to: LedgerEntry, bytes: number): void;
  /** Counts nothing any more; may be called again. */
  release(): void;
}

/** What is held by choice. */
export interface Yielding {
  /** Bytes that can be given up now. */
  yieldableBytes(): number;
  /** Gives up at least so many, or all; its entry counts less afterwards. */
  giveUp(bytes: number): void;
}

/** Counts the memory of one isolate. */
export interface MemoryLedger {
  readonly maxBytes: number;
  heldBytes(): number;
  /** Bytes that nobody holds; what would give way is not among them. */
  unheldBytes(): number;
  /** The most that was held at once so far. */
  peakBytes(): number;
  /** Bytes that are held, by use. */
  heldByUse(): Readonly<Record<MemoryUse, number>>;
  /** Opens an entry that counts nothing yet. */
  open(use: MemoryUse): LedgerEntry;
  /** Has `holder` give way where others need memory. */
  addYielding(holder: Yielding): void;
  /**
   * Opens an entry of `bytes` once they fit; those who wait are served in order of arrival.
   * @throws UndertoneError `overloaded` after `patienceMs`; what `signal` is aborted with.
   */
  take(use: MemoryUse, bytes: number, options?: TakeOptions): Promise<LedgerEntry>;
}

/** Options of waiting for memory. */
export interface TakeOptions {
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const RETRY_AFTER_SECONDS = 2;
/** About the time in which those who hold memory are done with it. */
const PATIENCE_MS = 10_000;

interface Waiting {
  readonly use: MemoryUse;
  readonly bytes: number;
  /** Its turn has come. */
  go(entry: LedgerEntry): void;
}

/** Opens the ledger of `maxBytes`; `Infinity` counts and refuses nothing. */
export function createLedger(maxBytes: number): MemoryLedger {
  const held: Record<MemoryUse, number> = {
    heap: 0,
    weights: 0,
    buffers: 0,
    bodies: 0,
    clips: 0,
    results: 0,
    "cache-writes": 0,
  };
  const holders = new Set<Yielding>();
  let waiting: Waiting[] = [];
  let isServing = false;
  let total = 0;
  let peak = 0;

  const change = (use: MemoryUse, bytes: number): void => {
    held[use] += bytes;
    total += bytes;
    peak = Math.max(peak, total);
    if (bytes < 0 && waiting.length > 0) serveWaiting();
  };

  /** Makes room by what gives way; false if that is not enough, and then nothing has given way. */
  const makeRoom = (bytes: number): boolean => {
    let missing = total + bytes - maxBytes;
    if (missing <= 0) return true;
    if (missing > yieldableBytes()) return false;
    const wasServing = isServing;
    // What gives way now is not for those who wait.
    isServing = true;
    for (const holder of holders) {
      const given = Math.min(missing, holder.yieldableBytes());
      if (given > 0) holder.giveUp(given);
      missing -= given;
    }
    isServing = wasServing;
    return true;
  };

  const open = (use: MemoryUse): LedgerEntry => {
    let own = 0;
    const set = (bytes: number): void => {
      const more = bytes - own;
      own = bytes;
      change(use, more);
    };
    const entry: LedgerEntry = {
      get bytes() {
        return own;
      },
      async holdSoon(bytes, options) {
        (await take(use, bytes, options)).give(entry, bytes);
      },
      hold(bytes) {
        if (!makeRoom(bytes)) throw overloaded(bytes, freeBytes());
        set(own + bytes);
      },
      set,
      give(to, bytes) {
        isServing = true;
        set(own - bytes);
        to.set(to.bytes + bytes);
        isServing = false;
      },
      release: () => set(0),
    };
    return entry;
  };

  const yieldableBytes = (): number =>
    [...holders].reduce((sum, holder) => sum + holder.yieldableBytes(), 0);

  const freeBytes = (): number => Math.max(0, maxBytes - total + yieldableBytes());

  const serveWaiting = (): void => {
    if (isServing) return;
    isServing = true;
    for (let [first] = waiting; first !== undefined && makeRoom(first.bytes); [first] = waiting) {
      waiting.shift();
      first.go(openWith(first.use, first.bytes));
    }
    isServing = false;
  };

  const openWith = (use: MemoryUse, bytes: number): LedgerEntry => {
    const entry = open(use);
    entry.set(bytes);
    return entry;
  };

  const wait = (use: MemoryUse, bytes: number, { patienceMs = PATIENCE_MS, signal }: TakeOptions) =>
    new Promise<LedgerEntry>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        waiting = waiting.filter((one) => one !== place);
        serveWaiting();
      };
      const abort = (): void => {
        leave();
        reject(signal?.reason);
      };
      const place: Waiting = {
        use,
        bytes,
        go(entry) {
          clearTimeout(timer);
          signal?.removeEventListener("abort", abort);
          resolve(entry);
        },
      };
      const timer = setTimeout(() => {
        reject(overloaded(bytes, freeBytes()));
        leave();
      }, patienceMs);
      signal?.addEventListener("abort", abort, { once: true });
      waiting.push(place);
    });

  const take = async (use: MemoryUse, bytes: number, options: TakeOptions = {}) => {
    options.signal?.throwIfAborted();
    const isNext = waiting.length === 0 && makeRoom(bytes);
    return isNext ? openWith(use, bytes) : await wait(use, bytes, options);
  };

  return {
    maxBytes,
    heldBytes: () => total,
    unheldBytes: () => Math.max(0, maxBytes - total),
    peakBytes: () => peak,
    heldByUse: () => ({ ...held }),
    open,
    addYielding: (holder) => void holders.add(holder),
    take,
  };
}

function overloaded(wantedBytes: number, freeBytes: number): UndertoneError {
  return new UndertoneError(
    "overloaded",
    `The service's memory is in use: this needs ${wantedBytes} bytes more and ${freeBytes} are free. Send it again in ${RETRY_AFTER_SECONDS} s, or something smaller.`,
    { wantedBytes, freeBytes, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
