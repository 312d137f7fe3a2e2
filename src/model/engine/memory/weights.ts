/** The weights of a segment: laid out as one blob, and seen as the tensors that its programs take. */
import type { BackendTensor } from "../../backend/backend.ts";
import type { BuiltProgram } from "../../onnx/builder.ts";
import { damagedPack } from "../../pack/blobs.ts";
import type { PackManifest, Segment, WeightLocation } from "../../pack/manifest.ts";

/** The weights of each program of a segment, by program and input name. */
export type SegmentWeights = ReadonlyMap<string, Readonly<Record<string, BackendTensor>>>;

/** Weights begin at multiples of this, so that views of any element type can be made of them. */
const ALIGNMENT_BYTES = 16;

/** Puts the weights of a segment's programs end to end; the locations are by program, in order. */
export function layOutWeights(programs: readonly Pick<BuiltProgram, "weights">[]): {
  bytes: Uint8Array<ArrayBuffer>;
  locations: WeightLocation[][];
} {
  let offset = 0;
  const locations = programs.map(({ weights }) =>
    weights.map(({ name, type, shape, data }) => {
      const location = { name, type, shape, offset };
      offset += Math.ceil(data.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
      return location;
    }),
  );
  const bytes = new Uint8Array(offset);
  for (const [index, { weights }] of programs.entries()) {
    for (const [at, { data }] of weights.entries()) bytes.set(data, locations[index][at].offset);
  }
  return { bytes, locations };
}

/**
 * Sees a segment's blob as the weights of its programs, without copying.
 * @throws UndertoneError `pack-damaged` if the manifest points outside the blob.
 */
export function segmentWeights(
  manifest: PackManifest,
  segment: Segment,
  bytes: Uint8Array<ArrayBuffer>,
): SegmentWeights {
  return new Map(
    segment.programs.map((name) => {
      const program = manifest.programs.find((candidate) => candidate.name === name);
      if (program === undefined) throw damagedPack(`has no program '${name}'`);
      return [name, viewsOf(bytes, program.weights)];
    }),
  );
}

/**
 * Makes views of weights in a blob, by input name.
 * @throws UndertoneError `pack-damaged` if one lies outside the blob.
 */
export function viewsOf(
  bytes: Uint8Array<ArrayBuffer>,
  locations: readonly WeightLocation[],
): Record<string, BackendTensor> {
  const aligned = bytes.byteOffset % ALIGNMENT_BYTES === 0 ? bytes : bytes.slice();
  return Object.fromEntries(
    locations.map((location) => [location.name, viewOf(aligned, location)]),
  );
}

const VIEWS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
} as const;

function viewOf(
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
  { type, shape, offset }: WeightLocation,
): BackendTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  const View = VIEWS[type];
  if (offset + length * View.BYTES_PER_ELEMENT > byteLength) {
    throw damagedPack("has a manifest that points outside its blobs");
  }
  const data = new View(buffer, byteOffset + offset, length);
  return { type, shape, data, isConstant: true } as BackendTensor;
}
