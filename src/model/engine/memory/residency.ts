/** Residency of weights: which segments stay in memory between requests, and which are read again for each. */
import { joinWork } from "../../../once.ts";
import type { ReusedMemory } from "../../../reused-memory.ts";
import { type BlobReader, damagedPack } from "../../pack/blobs.ts";
import { type PackManifest, type Segment, segmentBlob } from "../../pack/manifest.ts";
import { segmentMemory } from "./segment-memory.ts";
import { type SegmentWeights, segmentWeights } from "./weights.ts";

/** The weights of one pack. */
export interface WeightResidency {
  /** Bytes of weights in memory now. */
  heldBytes(): number;
  /** Bytes of the memory that waits for the next reads. */
  spareBytes(): number;
  /** The most that both came to since `allow` was called. */
  peakBytes(): number;
  /** Bytes of weights read since `allow` was called. */
  readBytes(): number;
  /** Keeps at most so many bytes from now on: the first segments that fit, one more to run and one to read ahead. */
  allow(allowanceBytes: number): void;
  /** Drops all of them: an allowance of 0. */
  release(): void;
  /**
   * Runs `work` with a segment's weights, and drops them afterwards unless they are to stay. Meanwhile the segment `next` is
   * read, if the allowance has room for it.
   */
  use<Result>(
    name: string,
    work: (weights: SegmentWeights) => Promise<Result>,
    next?: string,
  ): Promise<Result>;
}

/** The use of an allowance. */
export interface ResidencyPlan {
  readonly kept: ReadonlySet<string>;
  readonly readsAhead: boolean;
  /** How many segments that are not kept there is room for at once. */
  readonly streamed: number;
}

/**
 * Plans for segments used in order, again and again: the first ones stay, the others are streamed. What was used longest
 * ago would be the wrong choice, since it is what comes next.
 */
export function planResidency(
  segments: readonly Pick<Segment, "name" | "bytes">[],
  allowanceBytes: number,
): ResidencyPlan {
  const total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= allowanceBytes) {
    return { kept: new Set(segments.map(({ name }) => name)), readsAhead: true, streamed: 0 };
  }
  const largest = Math.max(...segments.map(({ bytes }) => bytes));
  const readsAhead = allowanceBytes >= 2 * largest;
  const streamed = Math.min(2, Math.floor(allowanceBytes / largest));
  let room = allowanceBytes - (readsAhead ? 2 : 1) * largest;
  const kept = new Set<string>();
  for (const { name, bytes } of segments) {
    if (bytes > room) break;
    room -= bytes;
    kept.add(name);
  }
  return { kept, readsAhead, streamed };
}

/** Creates the residency of one pack; it serves one computation at a time. */
export function weightResidency(manifest: PackManifest, readBlob: BlobReader): WeightResidency {
  const segments = new Map(manifest.segments.map((segment) => [segment.name, segment]));
  const held = new Map<string, Promise<LoadedSegment>>();
  const memory = segmentMemory(Math.max(0, ...manifest.segments.map(({ bytes }) => bytes)));
  /** It serves one computation at a time. */
  let used: string | null = null;
  let plan = planResidency(manifest.segments, 0);
  let peakBytes = 0;
  let readBytes = 0;

  /** Whoever keeps all of them shares what others read. */
  const memoryFor = (name: string): ReusedMemory | undefined => {
    if (plan.kept.size === segments.size) return undefined;
    return plan.kept.has(name) ? memory.own : memory.reserve();
  };

  const read = async (name: string): Promise<LoadedSegment> => {
    const segment = segments.get(name);
    if (segment === undefined) throw damagedPack(`has no segment '${name}'`);
    readBytes += segment.bytes;
    const bytes = await readBlob(segmentBlob(segment), name, memoryFor(name));
    return { bytes, weights: segmentWeights(manifest, segment, bytes) };
  };

  const heldBytes = () =>
    [...held.keys()].reduce((sum, name) => sum + (segments.get(name)?.bytes ?? 0), 0);
  const allBytes = () => heldBytes() + memory.spareBytes();

  const load = (name: string): Promise<LoadedSegment> => {
    const loading = joinWork(held, name, () => read(name));
    peakBytes = Math.max(peakBytes, allBytes());
    return loading;
  };

  /** Whoever uses a segment just now gives its memory back afterwards. */
  const drop = (name: string, loading: Promise<LoadedSegment>): void => {
    held.delete(name);
    if (name !== used) loading.then(({ bytes }) => memory.giveBack(bytes)).catch(() => {});
  };

  const allow = (allowanceBytes: number): void => {
    plan = planResidency(manifest.segments, allowanceBytes);
    for (const [name, loading] of held) if (!plan.kept.has(name)) drop(name, loading);
    memory.keep(plan.streamed);
    peakBytes = allBytes();
    readBytes = 0;
  };

  return {
    heldBytes,
    spareBytes: memory.spareBytes,
    peakBytes: () => peakBytes,
    readBytes: () => readBytes,
    allow,
    release: () => allow(0),
    async use(name, work, next) {
      const loading = load(name);
      if (next !== undefined && (plan.readsAhead || plan.kept.has(next)))
        load(next).catch(() => {});
      used = name;
      try {
        const { bytes, weights } = await loading;
        try {
          return await work(weights);
        } finally {
          if (!plan.kept.has(name)) held.delete(name);
          if (!held.has(name)) memory.giveBack(bytes);
        }
      } finally {
        used = null;
      }
    },
  };
}

interface LoadedSegment {
  /** What the weights are views of. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly weights: SegmentWeights;
}
