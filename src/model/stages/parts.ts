/** Cutting a model into parts, one for each stage (docs/design.md §5). */
import { UndertoneError } from "../../errors.ts";
import { exportedProgram } from "../engine/exported/outputs.ts";
import type { PackManifest, Segment } from "../pack/manifest.ts";

/** The part of a model that one stage computes: a run of consecutive layers, and what stands before the first or after the last. */
export interface StagePart {
  /** From 1. */
  readonly number: number;
  /** Of all stages. */
  readonly count: number;
  /** Layers `firstLayer` … `endLayer − 1`; the first part has the frontend too, the last one the final norm and the head. */
  readonly firstLayer: number;
  readonly endLayer: number;
  readonly segments: readonly Segment[];
}

/** Every stage has a layer at least, and the large model has so many. */
export const MAX_STAGES = 24;

/** A stage keeps no request bodies and decodes nothing: it can use more of an isolate's 128 MB than a Worker alone. */
export const DEFAULT_STAGE_MEMORY_MB = 112;

const LAYER = /^layer\.(\d+)$/;
const BEFORE_LAYERS = ["frontend", "positional"];

/**
 * Cuts a model into `count` parts, so that the largest has as few bytes of weights as possible.
 * @throws UndertoneError `pack-unsupported` for a ready export, which cannot be cut, and for fewer layers than stages.
 */
export function planParts(manifest: PackManifest, count: number): StagePart[] {
  const { layerCount } = manifest.architecture;
  if (exportedProgram(manifest) !== undefined) {
    throw new UndertoneError(
      "pack-unsupported",
      `${manifest.id} is a ready ONNX export, which cannot be cut into stages: deploy without stages, or build a pack of the checkpoint's weights.`,
    );
  }
  if (count > layerCount) {
    throw new UndertoneError(
      "pack-unsupported",
      `This deployment has ${count} stages and ${manifest.id} has ${layerCount} layers, of which each stage needs one: deploy with at most ${layerCount} stages, or choose a larger model.`,
      { stages: count, layers: layerCount },
    );
  }
  const ends = bestEnds(manifest, count);
  return ends.map((endLayer, index) => {
    const firstLayer = ends[index - 1] ?? 0;
    const segments = manifest.segments.filter(({ name }) => {
      const layer = placeOf(name, layerCount);
      return layer >= firstLayer && layer < endLayer;
    });
    return { number: index + 1, count, firstLayer, endLayer, segments };
  });
}

/** True if the part is the last one, which has the final norm and the head. */
export function isLastPart({ number, count }: StagePart): boolean {
  return number === count;
}

/** The layer that a segment stays with: the first for what comes before the layers, the last for what comes after them. */
function placeOf(name: string, layerCount: number): number {
  const layer = LAYER.exec(name)?.[1];
  if (layer !== undefined) return Number(layer);
  return BEFORE_LAYERS.includes(name) ? 0 : layerCount - 1;
}

/** The end of each part; of the cuts whose largest part is smallest, the one with the smallest parts at the end. */
function bestEnds({ segments, architecture }: PackManifest, count: number): number[] {
  const { layerCount } = architecture;
  const bytes = new Array<number>(layerCount).fill(0);
  for (const segment of segments) bytes[placeOf(segment.name, layerCount)] += segment.bytes;
  const sum = (from: number, to: number) =>
    bytes.slice(from, to).reduce((total, size) => total + size, 0);

  // best[end]: the ends of `parts` parts that cover the layers before `end`, and the bytes of the largest of them.
  let best = bytes.map((_, index) => ({ ends: [index + 1], largest: sum(0, index + 1) }));
  for (let parts = 2; parts <= count; parts++) {
    best = bytes.map((_, index) => {
      let found = { ends: [] as number[], largest: Number.POSITIVE_INFINITY };
      for (let before = parts - 1; before <= index; before++) {
        const { ends, largest } = best[before - 1];
        const candidate = Math.max(largest, sum(before, index + 1));
        if (candidate <= found.largest) found = { ends: [...ends, index + 1], largest: candidate };
      }
      return found;
    });
  }
  return best[layerCount - 1].ends;
}
