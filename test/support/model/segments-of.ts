/** Packs of nothing but segments of given sizes, to test what holds weights. */

import {
  type WeightResidency,
  weightResidency,
} from "../../../src/model/engine/memory/residency.ts";
import type { BlobReader } from "../../../src/model/pack/blobs.ts";
import {
  decodeManifest,
  manifestKey,
  type PackManifest,
} from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";

const store = memoryStore();
const tiny = decodeManifest(
  (await store.get(manifestKey(await installGolden(store, "tiny-group", "fp32")))) as Uint8Array,
);

/** A manifest with segments `0`, `1`, … of so many bytes each. */
export function manifestOf(sizes: readonly number[]): PackManifest {
  const segments = sizes.map((bytes, index) => ({
    name: String(index),
    programs: [],
    bytes,
    sha256: index.toString(16).padStart(64, "0"),
  }));
  return { ...tiny, programs: [], segments };
}

/**
 * The residency of such a pack over a store that reads into memory of the reader's. Each segment's bytes are its number; `taken`
 * has the memory of each read, and true where it was new.
 */
export function reusingResidencyOf(sizes: readonly number[]) {
  const taken: boolean[] = [];
  const known = new WeakSet<ArrayBuffer>();
  const readBlob: BlobReader = async ({ bytes }, part, memory) => {
    if (memory === undefined) return new Uint8Array(bytes).fill(Number(part));
    const buffer = memory.take(bytes);
    taken.push(!known.has(buffer));
    // As a read does, so that whoever still has views of it finds nothing.
    const moved = buffer.transfer();
    known.add(moved);
    const read = new Uint8Array(moved, 0, bytes).fill(Number(part));
    memory.own(read);
    return read;
  };
  const manifest = manifestOf(sizes);
  const programs = sizes.map((bytes, index) => ({
    ...tiny.programs[0],
    name: `program.${index}`,
    weights: [{ name: "w", type: "uint8" as const, shape: [bytes], offset: 0 }],
  }));
  const segments = manifest.segments.map((segment, index) => ({
    ...segment,
    programs: [`program.${index}`],
  }));
  const pack = { ...manifest, programs, segments } as PackManifest;
  return { residency: weightResidency(pack, readBlob), taken };
}

/** The residency of such a pack, and the names of what was read for it, in order. */
export function residencyOf(sizes: readonly number[]): {
  residency: WeightResidency;
  reads: string[];
} {
  const reads: string[] = [];
  const readBlob: BlobReader = async ({ bytes }, part) => {
    reads.push(part);
    return new Uint8Array(bytes);
  };
  return { residency: weightResidency(manifestOf(sizes), readBlob), reads };
}
