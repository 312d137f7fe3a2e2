/** The task heads of models, as a pack's manifest describes them. */
import { z } from "zod";

export const HEAD_KINDS = [
  "xvector",
  "frame-classification",
  "ctc",
  "sequence-classification",
] as const;

const count = z.int().positive();
const labels = z.array(z.string()).min(1).readonly();

/** A sum of hidden states 0 … N, its shares the softmax of trained weights. */
export const layerSumSchema = z.strictObject({
  weights: z.array(z.number()).min(1).readonly(),
  /**
   * The state N of the sum: `raw`, the last layer's output, as transformers 5 and the original have it, or `normed`,
   * after the encoder's final layer norm, as in transformers 4. Only models with stable norms tell them apart.
   */
  lastState: z.enum(["raw", "normed"]),
});

/** Origin of a threshold for the cosine of two embeddings. */
export const thresholdSchema = z.strictObject({
  cosine: z.number(),
  /** The name of the list of pairs, never a path. */
  source: z.string(),
  targetPairs: count,
  nonTargetPairs: count,
  /** Of those pairs at the threshold: as many wrongly accepted as wrongly rejected, as shares. */
  equalErrorRate: z.number(),
});

/** Where threshold and scores of a cohort come from; normalised scores are in deviations, and have no other bound. */
const { cosine: _, ...calibration } = thresholdSchema.shape;

/** A blob of embeddings of many speakers, against which scores are normalised. */
export const cohortSchema = z.strictObject({
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  embeddings: count,
  /** Of normalised scores. */
  threshold: z.strictObject({ score: z.number(), ...calibration }),
});

const common = {
  /** Input of the head: a sum of hidden states, or last_hidden_state if null. */
  layerSum: layerSumSchema.nullable(),
  /** The shortest clip, at 16 kHz, that it gives finite numbers for. */
  minimumSamples: count,
};

/** A speaker's embedding: projector, time-delay layers, mean and deviation over time, and a linear layer. */
const xvectorSchema = z.strictObject({
  kind: z.literal("xvector"),
  ...common,
  projectionSize: count,
  tdnn: z
    .array(z.strictObject({ kernel: count, dilation: count, size: count }))
    .min(1)
    .readonly(),
  embeddingSize: count,
  logitCount: count,
  threshold: thresholdSchema.optional(),
  /** Left out until a cohort was given. */
  cohort: cohortSchema.optional(),
});

/** Logits of each frame, one for each speaker. */
const frameSchema = z.strictObject({
  kind: z.literal("frame-classification"),
  ...common,
  labels,
  /** The id of the pack whose x-vectors match speakers of several windows; left out where they are matched by overlap alone. */
  xvectorPack: z.string().max(100).optional(),
});

/** Spelling of tokens as text. */
export const spellingSchema = z.strictObject({
  /** `letters` make words up to a delimiter; `phones` are words of their own. */
  units: z.enum(["letters", "phones"]),
  /** Separator of words. */
  wordSeparator: z.string(),
  isLowerCase: z.boolean(),
  /** True if spaces before punctuation are dropped. */
  hasTidySpaces: z.boolean(),
});

/** An ARPA file of words that the vocabulary spells. */
export const languageModelSchema = z.strictObject({
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The most words of an n-gram. */
  order: count,
  /** The number of n-grams of all orders. */
  ngrams: count,
});

/** Logits of each frame over tokens and a blank. */
const ctcSchema = z.strictObject({
  kind: z.literal("ctc"),
  ...common,
  tokenCount: count,
  /** By id; null if the checkpoint came without its vocab.json. */
  tokens: z.array(z.string()).readonly().nullable(),
  blank: z.int().nonnegative(),
  /** The id of the token between words; null if there is none. */
  wordDelimiter: z.int().nonnegative().nullable(),
  /** Ids that are no text, such as the delimiter between words of phones. */
  silent: z.array(z.int().nonnegative()).readonly(),
  /** Left out where tokens are letters, and words have spaces between them. */
  spelling: spellingSchema.optional(),
  /** Left out where the pack was built without one. */
  languageModel: languageModelSchema.optional(),
});

/** Logits of a clip, one for each label. */
const sequenceSchema = z.strictObject({
  kind: z.literal("sequence-classification"),
  ...common,
  labels,
  /** `softmax` where one label holds, `sigmoid` where several may, `none` for a regression, whose logits are the values. */
  scores: z.enum(["softmax", "sigmoid", "none"]),
});

export const headSchema = z.discriminatedUnion("kind", [
  xvectorSchema,
  frameSchema,
  ctcSchema,
  sequenceSchema,
]);

/** A task head. */
export type Head = z.infer<typeof headSchema>;
export type HeadKind = (typeof HEAD_KINDS)[number];
export type HeadOf<Kind extends HeadKind> = Extract<Head, { kind: Kind }>;
export type LayerSum = z.infer<typeof layerSumSchema>;
export type Spelling = z.infer<typeof spellingSchema>;
export type Threshold = z.infer<typeof thresholdSchema>;
export type Cohort = z.infer<typeof cohortSchema>;

/** The head of a kind among a manifest's, or undefined. */
export function headOf<Kind extends HeadKind>(
  { heads }: { readonly heads: readonly Head[] },
  kind: Kind,
): HeadOf<Kind> | undefined {
  return heads.find((head): head is HeadOf<Kind> => head.kind === kind);
}

/** Rows and columns of a head's logits for a clip of `frames`. */
export function logitsSize(head: Head, frames: number): { rows: number; columns: number } {
  switch (head.kind) {
    case "xvector":
      return { rows: 1, columns: head.logitCount };
    case "ctc":
      return { rows: frames, columns: head.tokenCount };
    case "frame-classification":
      return { rows: frames, columns: head.labels.length };
    case "sequence-classification":
      return { rows: 1, columns: head.labels.length };
  }
}
