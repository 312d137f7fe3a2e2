/** The headers of frames: orders to a stage, and its replies. */
import { z } from "zod";
import type { Failure } from "../../../failure.ts";

/** Orders and replies of other versions are refused. */
export const PROTOCOL = 1;

const count = z.int().positive();
const index = z.int().nonnegative();

/** Which stage an order is for, and of which model: the digest of the code that computes, and that of the pack. */
const addressSchema = z.object({
  protocol: z.literal(PROTOCOL),
  engineDigest: z.string(),
  stage: count,
  stages: count,
  pack: z.strictObject({ id: z.string(), digest: z.string() }),
});

/**
 * Compute a window of `frames` frames. The first stage gets samples and sends what is wanted; every other gets the hidden
 * state before its first layer, [frames, hiddenSize], and the position table, [headCount, 2 · frames].
 */
const windowOrderSchema = addressSchema.extend({
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

/** Compute the pack's head of states [frames, hiddenSize] of a whole clip. */
const headOrderSchema = addressSchema.extend({ kind: z.literal("head"), frames: count });

/** What a stage is told to compute; the numbers of its input follow. */
export const orderSchema = z.discriminatedUnion("kind", [windowOrderSchema, headOrderSchema]);

export type Address = z.infer<typeof addressSchema>;
export type WindowOrder = z.infer<typeof windowOrderSchema>;
export type HeadOrder = z.infer<typeof headOrderSchema>;
export type Order = z.infer<typeof orderSchema>;

const doneSchema = z.object({
  kind: z.literal("done"),
  backend: z.string(),
  timings: z.object({ modelLoadMs: z.number(), frontendMs: z.number(), layersMs: z.number() }),
  memory: z.object({ wasmHeapBytes: z.number(), heldBufferBytes: z.number() }),
});

/** What a stage replies: any number of the first three, then `done` or `failure`. */
export const replySchema = z.discriminatedUnion("kind", [
  /** It waits for its turn, or computes: sent from time to time. */
  z.object({ kind: z.literal("alive") }),
  /** The hidden state of this index was computed, wanted or not. */
  z.object({ kind: z.literal("layer"), index }),
  /** A matrix that was wanted; its numbers follow. */
  z.object({ kind: z.literal("matrix"), name: z.string(), rows: count, columns: count }),
  doneSchema,
  z.object({ kind: z.literal("failure"), failure: z.custom<Failure>(isFailure) }),
]);

export type Reply = z.infer<typeof replySchema>;
export type Done = z.infer<typeof doneSchema>;

/** Names of matrices in replies. */
export const MATRICES = {
  hiddenState: (index: number) => `hidden_states.${index}`,
  extractFeatures: "extract_features",
  positionTable: "position_table",
  lastHiddenState: "last_hidden_state",
  logits: "logits",
  embedding: "embedding",
} as const;

function isFailure(value: unknown): boolean {
  const { name, message } = (value ?? {}) as Partial<Failure>;
  return typeof name === "string" && typeof message === "string";
}
