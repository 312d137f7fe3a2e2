/** What a Hugging Face config.json says of a task head. */
import { z } from "zod";
import { UndertoneError } from "../../errors.ts";
import { HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../frontend.ts";
import type { Head, HeadKind, LayerSum } from "../heads/head.ts";
import type { Tokens } from "./tokens.ts";

const KINDS: Readonly<Record<string, HeadKind>> = {
  WavLMForXVector: "xvector",
  WavLMForAudioFrameClassification: "frame-classification",
  WavLMForCTC: "ctc",
  WavLMForSequenceClassification: "sequence-classification",
};

const size = z.int().min(1).max(65_536);
const span = z.int().min(1).max(1024);

/** A key left out, or null, means what it means to transformers. */
const hubHead = z
  .looseObject({
    architectures: z.array(z.string()).nullish(),
    transformers_version: z.string().nullish(),
    use_weighted_layer_sum: z.boolean().default(false),
    classifier_proj_size: size.default(256),
    tdnn_dim: z.array(size).min(1).max(32).default([512, 512, 512, 512, 1500]),
    tdnn_kernel: z.array(span).default([5, 3, 3, 1, 1]),
    tdnn_dilation: z.array(span).default([1, 2, 3, 1, 1]),
    xvector_output_dim: size.default(512),
    vocab_size: z.int().min(1).max(1_000_000).default(32),
    pad_token_id: z.int().min(0).nullish(),
    id2label: z.record(z.string().regex(/^\d+$/), z.string()).nullish(),
    num_labels: size.nullish(),
    problem_type: z.string().nullish(),
  })
  .superRefine(({ tdnn_dim, tdnn_kernel, tdnn_dilation }, context) => {
    if (tdnn_kernel.length === tdnn_dim.length && tdnn_dilation.length === tdnn_dim.length) return;
    context.addIssue({
      code: "custom",
      path: ["tdnn_dim"],
      message: "tdnn_dim, tdnn_kernel and tdnn_dilation must be equally long",
    });
  });

/** A head as config.json has it. */
export type HubHead = z.infer<typeof hubHead> & { readonly kind: HeadKind };

/**
 * Reads the head of a Hugging Face config.json, already parsed as JSON; null for a bare backbone, and for classes that are not
 * transformers' own.
 * @throws UndertoneError `checkpoint-unsupported` naming what cannot be honoured.
 */
export function parseHubHead(json: unknown): HubHead | null {
  const parsed = hubHead.safeParse(json);
  if (!parsed.success) throw refusal(z.prettifyError(parsed.error));
  const kind = (parsed.data.architectures ?? []).map((name) => KINDS[name]).find(Boolean);
  return kind === undefined ? null : { ...parsed.data, kind };
}

/** Whether a head takes a weighted sum of all states; CTC heads never do. */
export function takesLayerSum({ kind, use_weighted_layer_sum }: HubHead): boolean {
  return use_weighted_layer_sum && kind !== "ctc";
}

/** Heads are trained with the sum of the transformers that trained them, which wrote its version down. */
export function lastStateInSum({ transformers_version }: HubHead): LayerSum["lastState"] {
  return Number.parseInt(transformers_version ?? "", 10) >= 5 ? "raw" : "normed";
}

/**
 * The head as a manifest describes it, from config.json and what stands in other files.
 * @throws UndertoneError `checkpoint-unsupported` for labels or a blank that cannot be.
 */
export function describeHead(
  hub: HubHead,
  found: { readonly layerSum: LayerSum | null; readonly tokens: Tokens },
): Head {
  const { kind } = hub;
  const common = { layerSum: found.layerSum, minimumSamples: RECEPTIVE_FIELD_SAMPLES };
  switch (kind) {
    case "xvector":
      return { kind, ...common, ...describeXVector(hub) };
    case "frame-classification":
      return { kind, ...common, labels: labelsOf(hub, "speaker_") };
    case "ctc":
      return { kind, ...common, tokenCount: hub.vocab_size, blank: blankOf(hub), ...found.tokens };
    case "sequence-classification": {
      const isMultiLabel = hub.problem_type === "multi_label_classification";
      return {
        kind,
        ...common,
        labels: labelsOf(hub),
        scores: isMultiLabel ? "sigmoid" : "softmax",
      };
    }
  }
}

/** The labels of a classifier, by id; made-up ones, as transformers has them, where the config names none. */
export function labelsOf({ id2label, num_labels }: HubHead, prefix = "LABEL_"): string[] {
  const given = new Map(Object.entries(id2label ?? {}).map(([id, label]) => [Number(id), label]));
  if (given.size === 0) {
    return Array.from({ length: num_labels ?? 2 }, (_, id) => `${prefix}${id}`);
  }
  return Array.from({ length: given.size }, (_, id) => {
    const label = given.get(id);
    if (label === undefined) throw refusal("id2label: labels have to be numbered from 0 on");
    return label;
  });
}

/** Statistics need two frames of the last time-delay layer, and each sees what all layers reach. */
function describeXVector(hub: HubHead) {
  const tdnn = hub.tdnn_dim.map((layerSize, index) => ({
    kernel: hub.tdnn_kernel[index],
    dilation: hub.tdnn_dilation[index],
    size: layerSize,
  }));
  const reach = tdnn.reduce((sum, { kernel, dilation }) => sum + (kernel - 1) * dilation, 0);
  return {
    minimumSamples: RECEPTIVE_FIELD_SAMPLES + (reach + 1) * HOP_SAMPLES,
    projectionSize: hub.tdnn_dim[0],
    tdnn,
    embeddingSize: hub.xvector_output_dim,
    logitCount: hub.xvector_output_dim,
  };
}

function blankOf({ pad_token_id, vocab_size }: HubHead): number {
  const blank = pad_token_id ?? 0;
  if (blank < vocab_size) return blank;
  throw refusal(`pad_token_id: the blank is ${blank}, and vocab_size only ${vocab_size}`);
}

function refusal(reasons: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-unsupported",
    `config.json describes a task head that cannot be built (${reasons}); correct it, or remove \`architectures\` to build the backbone alone.`,
  );
}
