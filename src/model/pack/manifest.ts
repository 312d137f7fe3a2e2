/** A pack: its manifest and content-addressed programs and weights (docs/design.md §3). Long because it is the schema of one document. */
import { z } from "zod";
import { UndertoneError } from "../../errors.ts";
import type { Readable } from "../../reused-memory.ts";
import { KERNEL_NAMES } from "../backend/kernels/kernels.ts";
import { FAMILIES } from "../family.ts";
import { SAMPLE_RATE_HZ } from "../framing.ts";
import { headSchema } from "../heads/head.ts";
import { accuracySchema } from "./accuracy.ts";
import { PACK_PRECISIONS, type Precision } from "./precision.ts";

/** Precisions of integers, whose steps calibration spends on the channels that matter. */
export const CALIBRATED_PRECISIONS: readonly Precision[] = ["q8", "q8a", "q8n", "q4"];

/** Sources of the activations that quantized packs are calibrated with. */
export const CALIBRATIONS = ["built-in", "given"] as const;
export type Calibration = (typeof CALIBRATIONS)[number];

const count = z.int().positive();
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

const names = z.array(z.string()).readonly();

const weightSchema = z.strictObject({
  name: z.string(),
  type: z.enum(["float32", "float64", "float16", "int8", "uint8"]),
  shape: z.array(count).readonly(),
  /** Of its first byte in the segment's blob, a multiple of 16. */
  offset: z.int().nonnegative(),
});

/** An ONNX file without weights, which are inputs of it. */
const onnxStepSchema = z.strictObject({
  onnx: z.strictObject({ bytes: count, sha256: sha256Hex }),
  inputs: names,
  outputs: names,
});

/** One of the engine's own kernels. */
const kernelStepSchema = z.strictObject({
  kernel: z.enum(KERNEL_NAMES),
  attributes: z.record(z.string(), z.number()).readonly(),
  inputs: names,
  outputs: names,
});

/** A ready ONNX file with its weights in it, which is the blob of a segment. */
const exportedStepSchema = z.strictObject({ segment: z.string(), inputs: names, outputs: names });

const programSchema = z.strictObject({
  /** `frontend`, `positional`, `position_table` of WavLM, `project`, `attend` (in pruned models `project.0`, `attend.0` …), `final_norm` for stable models, those of a head, or `model` for a ready export. */
  name: z.string(),
  /** In the order they run; each takes inputs, weights and what earlier ones gave, by name. */
  steps: z
    .array(z.union([onnxStepSchema, kernelStepSchema, exportedStepSchema]))
    .min(1)
    .readonly(),
  /** Inputs that are not weights. */
  inputs: names,
  outputs: names,
  weights: z.array(weightSchema).readonly(),
});

const segmentSchema = z.strictObject({
  /** `frontend`, `positional`, `layer.0` … `layer.<N-1>`, `final_norm` for stable models, and `head.…` for those of a task; or `model` for a ready export. */
  name: z.string(),
  /** Names of the programs that its weights are for. */
  programs: names,
  bytes: count,
  sha256: sha256Hex,
});

const architectureSchema = z.strictObject({
  /** Packs from before other families could be built do not say it. */
  family: z.enum(FAMILIES).default("wavlm"),
  hiddenSize: count,
  layerCount: count,
  headCount: count,
  intermediateSize: count,
  /** The sizes of each layer of a pruned model; absent in packs of other models. */
  prunedLayers: z
    .array(
      z.strictObject({
        heads: z.array(z.int().nonnegative()).readonly(),
        intermediateSize: z.int().nonnegative(),
      }),
    )
    .readonly()
    .nullable()
    .default(null),
  convDim: z.array(count).readonly(),
  convKernel: z.array(count).readonly(),
  convStride: z.array(count).readonly(),
  convBias: z.boolean(),
  convNorm: z.enum(["group", "layer"]),
  layerNormPlacement: z.enum(["post", "stable"]),
  hasFeatureNorm: z.boolean().default(true),
  hasFeatureScale: z.boolean().default(false),
  layerNormEps: z.number().positive(),
  positionalKernel: count,
  positionalGroups: count,
  bucketCount: count.nullable(),
  maxBucketDistance: count.nullable(),
});

/** Pack ids: lower-case letters, digits, `.`, `_` and `-`. */
const PACK_ID = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Packs of other versions have to be built again. */
export const PACK_FORMAT_VERSION = 4;

const manifestSchema = z.strictObject({
  formatVersion: z.literal(PACK_FORMAT_VERSION),
  /** The id that requests use, such as `synthetic-base-plus-q8`. */
  id: z.string().regex(PACK_ID),
  weights: z.enum(["checkpoint", "synthetic"]),
  precision: z.enum(PACK_PRECISIONS),
  /** `null` if nothing was calibrated. */
  calibration: z.enum(CALIBRATIONS).nullable(),
  architecture: architectureSchema,
  preprocessing: z.strictObject({
    sampleRateHz: z.literal(SAMPLE_RATE_HZ),
    doNormalize: z.boolean(),
  }),
  /** The programs, without weights: every layer runs the same two. */
  programs: z.array(programSchema).min(1).readonly(),
  /** Weights, in order of use. */
  segments: z.array(segmentSchema).min(1).readonly(),
  /** Task heads; empty for a backbone alone. */
  heads: z.array(headSchema).max(1).readonly(),
  provenance: z.strictObject({ source: z.string(), sourceSha256: sha256Hex, licence: z.string() }),
  /** Accuracy of the pack; absent until `pack verify` has measured it. */
  verification: accuracySchema.optional(),
});

/** `manifest.json` of a pack. */
export type PackManifest = z.infer<typeof manifestSchema>;

/** One ONNX file of a program, stored as `blobs/<sha256>.onnx`. */
export type OnnxStep = z.infer<typeof onnxStepSchema>;
export type KernelStep = z.infer<typeof kernelStepSchema>;

/** Steps that compute named outputs from named inputs and weights. */
export type Program = z.infer<typeof programSchema>;

/** Location of one of a program's weights in a segment's blob. */
export type WeightLocation = z.infer<typeof weightSchema>;

/** The weights of one part of the model, or a ready export with all of them, stored as `blobs/<sha256>.weights`. */
export type Segment = z.infer<typeof segmentSchema>;

/** A content-addressed file of a pack. */
export interface Blob {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The storage that packs are read from; every store has these operations. */
export interface PackStorage extends Readable {
  list(prefix: string): Promise<string[]>;
  /** Drops a cached copy, so that the next read comes from the tier below. */
  evict?(key: string): Promise<void>;
}

/** True if `id` is one that a pack can have. */
export function isPackId(id: string): boolean {
  return PACK_ID.test(id);
}

/**
 * Gives `id` back if a pack can be called so.
 * @throws UndertoneError `pack-unsupported` otherwise.
 */
export function checkPackId(id: string): string {
  if (isPackId(id)) return id;
  throw new UndertoneError(
    "pack-unsupported",
    `A pack cannot be called '${id}': use up to 100 lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit.`,
  );
}

/** The key of a manifest in a store of many packs. */
export function manifestKey(id: string): string {
  return `packs/${id}/manifest.json`;
}

/** Key of a step's ONNX file, in a store of many packs and in a pack's own directory. */
export function onnxBlob({ bytes, sha256 }: OnnxStep["onnx"]): Blob {
  return { key: `blobs/${sha256}.onnx`, bytes, sha256 };
}

/** Key of a segment's weights, in a store of many packs and in a pack's own directory. */
export function segmentBlob({ bytes, sha256 }: Pick<Segment, "bytes" | "sha256">): Blob {
  return { key: `blobs/${sha256}.weights`, bytes, sha256 };
}

/** Key of a language model, in a store of many packs and in a pack's own directory. */
export function languageModelBlob({ bytes, sha256 }: Pick<Blob, "bytes" | "sha256">): Blob {
  return { key: `blobs/${sha256}.arpa`, bytes, sha256 };
}

/** Key of a cohort, in a store of many packs and in a pack's own directory. */
export function cohortBlob({ bytes, sha256 }: Pick<Blob, "bytes" | "sha256">): Blob {
  return { key: `blobs/${sha256}.cohort`, bytes, sha256 };
}

/** Every file that a manifest names, each once. */
export function packBlobs({
  programs,
  segments,
  heads,
}: Pick<PackManifest, "programs" | "segments" | "heads">): Blob[] {
  const onnx = programs.flatMap(({ steps }) => steps.filter((step) => "onnx" in step));
  const languageModels = heads.flatMap((head) =>
    head.kind === "ctc" && head.languageModel !== undefined ? [head.languageModel] : [],
  );
  const cohorts = heads.flatMap((head) =>
    head.kind === "xvector" && head.cohort !== undefined ? [head.cohort] : [],
  );
  const blobs = [
    ...onnx.map((step) => onnxBlob(step.onnx)),
    ...segments.map(segmentBlob),
    ...languageModels.map(languageModelBlob),
    ...cohorts.map(cohortBlob),
  ];
  return [...new Map(blobs.map((blob) => [blob.key, blob])).values()];
}

/** The bytes of `manifest.json`; equal manifests give equal bytes. */
export function encodeManifest(manifest: PackManifest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Reads the bytes of a `manifest.json`.
 * @throws UndertoneError `pack-unsupported` for another format version, `pack-damaged` for anything malformed.
 */
export function decodeManifest(bytes: Uint8Array): PackManifest {
  const json = parseJson(bytes);
  const version = (json as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === "number" && version !== PACK_FORMAT_VERSION) {
    throw new UndertoneError(
      "pack-unsupported",
      `This pack has format version ${version}, this Undertone reads version ${PACK_FORMAT_VERSION}: build the pack again.`,
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged("it is not JSON", error);
  }
}

function damaged(reason: string, cause: unknown): UndertoneError {
  return new UndertoneError(
    "pack-damaged",
    `The pack's manifest.json cannot be used (${reason}): build or install the pack again.`,
    {},
    { cause },
  );
}
