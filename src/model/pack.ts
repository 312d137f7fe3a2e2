/** The artifact: a manifest and content-addressed segments (design §3). */
import { z } from "zod";
import { UndertoneError } from "../errors.ts";

/** Precisions a pack can be built in. */
export const PRECISIONS = ["fp32", "q8"] as const;
export type Precision = (typeof PRECISIONS)[number];

const count = z.int().positive();
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

const segmentSchema = z.strictObject({
  /** `frontend`, `positional`, `layer.0` … `layer.<N-1>`, and `final_norm` for stable models. */
  name: z.string(),
  bytes: count,
  sha256: sha256Hex,
  inputs: z.array(z.string()).readonly(),
  outputs: z.array(z.string()).readonly(),
});

const architectureSchema = z.strictObject({
  hiddenSize: count,
  layerCount: count,
  headCount: count,
  intermediateSize: count,
  convDim: z.array(count).readonly(),
  convKernel: z.array(count).readonly(),
  convStride: z.array(count).readonly(),
  convBias: z.boolean(),
  convNorm: z.enum(["group", "layer"]),
  layerNormPlacement: z.enum(["post", "stable"]),
  layerNormEps: z.number().positive(),
  positionalKernel: count,
  positionalGroups: count,
  bucketCount: count,
  maxBucketDistance: count,
});

/** What a pack can be called: lower-case letters, digits, `.`, `_` and `-`. */
const PACK_ID = /^[a-z0-9][a-z0-9._-]{0,99}$/;

const manifestSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** What requests call the model, such as `synthetic-base-plus-q8`. */
  id: z.string().regex(PACK_ID),
  weights: z.enum(["checkpoint", "synthetic"]),
  precision: z.enum(PRECISIONS),
  architecture: architectureSchema,
  preprocessing: z.strictObject({ sampleRateHz: z.literal(16000), doNormalize: z.boolean() }),
  /** In order of use. */
  segments: z.array(segmentSchema).min(1).readonly(),
  heads: z.array(z.string()).readonly(),
  provenance: z.strictObject({ source: z.string(), sourceSha256: sha256Hex, licence: z.string() }),
});

/** `manifest.json` of a pack. */
export type PackManifest = z.infer<typeof manifestSchema>;

/** One ONNX file of a pack, stored as `blobs/<sha256>.onnx`. */
export type Segment = z.infer<typeof segmentSchema>;

/** Where the engine reads packs from; any store has these. */
export interface PackStorage {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  list(prefix: string): Promise<string[]>;
  /** Drops a cached copy, so that the next read comes from the tier below. */
  evict?(key: string): Promise<void>;
}

/** Whether `id` is one that a pack can have. */
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

/** The key of a blob, in a store of many packs as in a pack's own directory. */
export function blobKey(sha256: string): string {
  return `blobs/${sha256}.onnx`;
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
  if (typeof version === "number" && version !== 1) {
    throw new UndertoneError(
      "pack-unsupported",
      `This pack has format version ${version}, this Undertone reads version 1: build the pack again.`,
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw damaged(z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

/** SHA-256 in lower-case hexadecimal. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
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
