/** The memory of one pack's computations, as the ledger counts it: the heap, buffers, and weights that give way to others. */
import type { LedgerEntry, MemoryLedger } from "../../../ledger.ts";
import type { Backend } from "../../backend/backend.ts";
import type { PackManifest } from "../../pack/manifest.ts";
import type { AllowedWeights } from "../computation.ts";
import type { HeldWeights } from "../queue.ts";
import { requestAborted } from "../semaphore.ts";
import type { MemoryNeeds } from "./plan.ts";

/** Room for one pack's computations, one at a time. */
export interface ComputationRoom {
  /** Its weights, as the queue releases them. */
  readonly weights: HeldWeights;
  /**
   * Runs `work` once there is memory for what it needs; its weights get what nobody else holds, and give that back meanwhile
   * where others need it.
   * @throws UndertoneError `overloaded` if others hold on to the memory, `request-aborted`, and what `work` throws.
   */
  run<Result>(
    needs: MemoryNeeds,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** The engines of a ledger share one heap. */
const heaps = new WeakMap<MemoryLedger, LedgerEntry>();

/** Counts the heap of a backend as it is now; gives its entry. */
export function countHeap(ledger: MemoryLedger, backend: Pick<Backend, "heapBytes">): LedgerEntry {
  const entry = heaps.get(ledger) ?? ledger.open("heap");
  heaps.set(ledger, entry);
  entry.set(backend.heapBytes());
  return entry;
}

/**
 * Takes memory for one computation, once it is there.
 * @throws UndertoneError `overloaded` if others hold on to the memory, `request-aborted` once `signal` is aborted
 */
export async function takeBuffers(
  ledger: MemoryLedger,
  bytes: number,
  signal: AbortSignal | undefined,
): Promise<LedgerEntry> {
  return ledger.take("buffers", bytes, { signal }).catch((error) => {
    throw signal?.aborted ? requestAborted() : error;
  });
}

/** Makes the room of a pack that computes on `backend`. */
export function computationRoom(
  ledger: MemoryLedger,
  backend: Pick<Backend, "heapBytes">,
  weights: AllowedWeights,
  { segments }: Pick<PackManifest, "segments">,
): ComputationRoom {
  const allBytes = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const entry = ledger.open("weights");
  /** Of a segment that runs and of the next one, which is being read, nothing can be given up. */
  let neededBytes = 0;
  let isRunning = false;

  const allow = (bytes: number): void => {
    weights.allow(bytes);
    entry.set(isRunning ? Math.min(bytes, allBytes) : weights.heldBytes() + weights.spareBytes());
  };
  /** Segments give way as a whole, and more of them than was to be: then others may have taken the difference. */
  const refill = async (bytes: number, signal: AbortSignal | undefined): Promise<void> => {
    const shortBytes = bytes - entry.bytes;
    if (shortBytes <= 0) return;
    neededBytes = entry.bytes;
    (await takeBuffers(ledger, shortBytes, signal)).give(entry, shortBytes);
  };
  ledger.addYielding({
    yieldableBytes: () => Math.max(0, entry.bytes - neededBytes),
    giveUp: (bytes) => allow(entry.bytes - bytes),
  });

  return {
    weights: {
      release() {
        weights.release();
        entry.release();
      },
    },
    async run({ heapBytes, bufferBytes, weightBytes }, signal, work) {
      const heap = countHeap(ledger, backend);
      const growthBytes = Math.max(0, heapBytes - heap.bytes);
      // What is there already need not be taken, and does not give way while the rest is waited for.
      neededBytes = Math.min(entry.bytes, weightBytes);
      const missingBytes = weightBytes - neededBytes;
      // A heap that another clip has made larger does not shrink: then this one gets all that there is beside it.
      const wantedBytes = Math.min(
        growthBytes + bufferBytes + missingBytes,
        ledger.maxBytes - heap.bytes - neededBytes,
      );
      const buffers = await takeBuffers(ledger, wantedBytes, signal).catch((error) => {
        neededBytes = 0;
        throw error;
      });
      try {
        buffers.give(heap, growthBytes);
        buffers.give(entry, Math.min(missingBytes, buffers.bytes));
        await refill(Math.min(weightBytes, ledger.maxBytes - heap.bytes - buffers.bytes), signal);
        isRunning = true;
        allow(entry.bytes + ledger.unheldBytes());
        neededBytes = Math.min(entry.bytes, 2 * weightBytes);
        return await work();
      } finally {
        isRunning = false;
        neededBytes = 0;
        buffers.release();
        countHeap(ledger, backend);
        entry.set(weights.heldBytes() + weights.spareBytes());
      }
    },
  };
}
