/** The headers of frames: orders to a stage, and its replies. */
import { z } from "zod";
import type { Failure } from "../../../failure.ts";
import type { EngineProbe } from "../../probe/engine-probe.ts";

/** Orders and replies of other versions are refused. */
export const PROTOCOL = 2;

/** Heads sum up no more channels; with so many, a stage would make room for 1.6 MB of sums before they have come. */
const MAX_CHANNELS = 65_536;

const count = z.int().positive();
const index = z.int().nonnegative();

/** Which stage an order is for, and the digest of the code that computes. */
const addressSchema = z.object({
  protocol: z.literal(PROTOCOL),
  engineDigest: z.string(),
  stage: count,
  stages: count,
});

/** The same, and of which model. */
const packAddressSchema = addressSchema.extend({
  pack: z.strictObject({ id: z.string(), digest: z.string() }),
});

/**
 * Compute a window of `frames` frames. The first stage gets samples and sends what is wanted; every other gets the hidden
 * state before its first layer, [frames, hiddenSize], and the position table, [headCount, 2 · frames], if the model has one.
 */
const windowOrderSchema = packAddressSchema.extend({
  kind: z.literal("window"),
  frames: count,
  /** Of the whole clip, float64, for a frontend that needs them. */
  moments: z.record(z.string(), z.object({ shape: z.array(count), data: z.array(z.number()) })),
  wants: z.strictObject({
    /** Ascending indices into hidden_states; nothing behind the last is computed unless the last hidden state is wanted. */
    hiddenStates: z.array(index),
    extractFeatures: z.boolean(),
    positionTable: z.boolean(),
    lastHiddenState: z.boolean(),
  }),
});

/** Compute what the pack's head makes of states [frames, hiddenSize] of a window, of which `keepCount` are its own: logits, or sums. */
const headOrderSchema = packAddressSchema.extend({
  kind: z.literal("head"),
  frames: count,
  keepFirst: index,
  keepCount: count,
});

/** Compute the end of the pack's head, of sums over all windows of a clip. */
const headEndOrderSchema = packAddressSchema.extend({
  kind: z.literal("head-end"),
  /** Of the frames that were summed up. */
  channels: count.max(MAX_CHANNELS),
});

/** Test the engine, without a pack. */
const probeOrderSchema = addressSchema.extend({ kind: z.literal("probe") });

/** What a stage is told to do; the numbers of its input follow. */
export const orderSchema = z.discriminatedUnion("kind", [
  windowOrderSchema,
  headOrderSchema,
  headEndOrderSchema,
  probeOrderSchema,
]);

export type Address = z.infer<typeof addressSchema>;
export type PackAddress = z.infer<typeof packAddressSchema>;
export type WindowOrder = z.infer<typeof windowOrderSchema>;
export type HeadOrder = z.infer<typeof headOrderSchema>;
export type HeadEndOrder = z.infer<typeof headEndOrderSchema>;
/** An order that one pack's part is computed for. */
export type ClipOrder = WindowOrder | HeadOrder | HeadEndOrder;
export type Order = z.infer<typeof orderSchema>;

const doneSchema = z.object({
  kind: z.literal("done"),
  backend: z.string(),
  timings: z.object({ modelLoadMs: z.number(), frontendMs: z.number(), layersMs: z.number() }),
  memory: z.object({
    wasmHeapBytes: z.number(),
    heldBufferBytes: z.number(),
    residentWeightBytes: z.number(),
    readWeightBytes: z.number(),
  }),
});

/** What a stage replies: any number of the first three, then `done`, `probed` or `failure`. */
export const replySchema = z.discriminatedUnion("kind", [
  /** It waits for its turn, or computes: sent from time to time. */
  z.object({ kind: z.literal("alive") }),
  /** The hidden state of this index was computed, wanted or not. */
  z.object({ kind: z.literal("layer"), index }),
  /** A matrix that was wanted; its numbers follow. */
  z.object({ kind: z.literal("matrix"), name: z.string(), rows: count, columns: count }),
  doneSchema,
  /** Numbers that are none are `null` in JSON. */
  z.object({ kind: z.literal("probed"), probe: z.custom<EngineProbe>(isObject) }),
  z.object({ kind: z.literal("failure"), failure: z.custom<Failure>(isFailure) }),
]);

export type Reply = z.infer<typeof replySchema>;
export type Done = z.infer<typeof doneSchema>;
export type Probed = Extract<Reply, { readonly kind: "probed" }>;

/** Names of matrices in replies. */
export const MATRICES = {
  hiddenState: (index: number) => `hidden_states.${index}`,
  extractFeatures: "extract_features",
  positionTable: "position_table",
  lastHiddenState: "last_hidden_state",
  logits: "logits",
  summary: "summary",
  embedding: "embedding",
} as const;

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isFailure(value: unknown): boolean {
  const { name, message } = (value ?? {}) as Partial<Failure>;
  return typeof name === "string" && typeof message === "string";
}
