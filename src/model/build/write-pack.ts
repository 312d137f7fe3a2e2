/** A checkpoint → the blobs of a pack and its manifest. */
import { sha256Of } from "../../crypto/digest.ts";
import type { ExecutableStep } from "../backend/backend.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { layOutWeights } from "../engine/memory/weights.ts";
import { SAMPLE_RATE_HZ } from "../framing.ts";
import type { BuiltProgram } from "../onnx/builder.ts";
import {
  type Calibration,
  checkPackId,
  encodeManifest,
  onnxBlob,
  PACK_FORMAT_VERSION,
  type PackManifest,
  type Program,
  type Segment,
  segmentBlob,
  type WeightLocation,
} from "../pack/manifest.ts";
import type { Precision } from "../pack/precision.ts";
import { type Activations, PART_PRECISIONS, type Recipe } from "./recipe.ts";
import { buildSegments } from "./segments.ts";

/** Options of a pack; `id` is `<model name>-<precision>` by default. */
export interface PackOptions {
  readonly precision: Precision;
  readonly id?: string;
  /** Origin of what calibration saw; none if left out. */
  readonly calibration?: Calibration;
}

/** Destination of a pack, with a callback for each finished segment. */
export interface PackTarget {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The key of the manifest; `manifest.json` in a pack's own directory. */
  manifestKey(id: string): string;
  onSegment?(name: string): void;
}

/**
 * The id of the pack, which requests use.
 * @throws UndertoneError `pack-unsupported` if it is not an id that they could name.
 */
export function packIdOf(checkpoint: Checkpoint, { id, precision }: PackOptions): string {
  return checkPackId(id ?? `${checkpoint.name}-${precision}`);
}

/**
 * Writes a pack, one segment in memory at a time; the manifest comes last, so that a broken-off build leaves no pack behind.
 * @throws UndertoneError `pack-unsupported` if the id is not one that requests could name.
 */
export async function writePack(
  checkpoint: Checkpoint,
  options: PackOptions,
  activations: Activations,
  target: PackTarget,
): Promise<PackManifest> {
  const id = packIdOf(checkpoint, options);
  const recipe: Recipe = {
    checkpoint,
    activations,
    precisions: PART_PRECISIONS[options.precision],
  };
  const programs = new Map<string, Program>();
  const segments: Segment[] = [];
  for await (const built of buildSegments(recipe)) {
    const { bytes, locations } = layOutWeights(built.programs);
    for (const [index, program] of built.programs.entries()) {
      const written = programs.get(program.name);
      const described = await describe(program, locations[index]);
      if (written === undefined) {
        await putFiles(target, program, described);
        programs.set(program.name, described);
      } else if (JSON.stringify(written) !== JSON.stringify(described)) {
        throw new Error(`segment ${built.name} needs a program ${program.name} of its own`);
      }
    }
    const sha256 = await sha256Of(bytes);
    const names = built.programs.map((program) => program.name);
    const segment = { name: built.name, programs: names, bytes: bytes.length, sha256 };
    await target.put(segmentBlob(segment).key, bytes);
    segments.push(segment);
    target.onSegment?.(built.name);
  }
  const manifest: PackManifest = {
    formatVersion: PACK_FORMAT_VERSION,
    id,
    weights: checkpoint.weights,
    precision: options.precision,
    calibration: options.calibration ?? null,
    architecture: checkpoint.config,
    preprocessing: { sampleRateHz: SAMPLE_RATE_HZ, doNormalize: checkpoint.doNormalize },
    programs: [...programs.values()],
    segments,
    heads: checkpoint.taskHead === undefined ? [] : [checkpoint.taskHead.head],
    provenance: checkpoint.provenance,
  };
  await target.put(target.manifestKey(id), encodeManifest(manifest));
  return manifest;
}

async function describe(program: BuiltProgram, weights: WeightLocation[]): Promise<Program> {
  const { name, inputs, outputs } = program;
  const steps = await Promise.all(program.steps.map(describeStep));
  return { name, steps, inputs, outputs, weights };
}

async function describeStep(step: ExecutableStep): Promise<Program["steps"][number]> {
  if ("kernel" in step) return step;
  const { onnx, inputs, outputs } = step;
  return { onnx: { bytes: onnx.length, sha256: await sha256Of(onnx) }, inputs, outputs };
}

async function putFiles(
  target: PackTarget,
  built: BuiltProgram,
  { steps }: Program,
): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const from = built.steps[index];
    if ("onnx" in step && "onnx" in from) await target.put(onnxBlob(step.onnx).key, from.onnx);
  }
}
