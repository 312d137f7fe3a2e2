/** A checkpoint's task head as a pack's manifest describes it. */
import { HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../../framing.ts";
import type { Head, HeadOf, LayerSum } from "../../heads/head.ts";
import type { Tokens } from "../tokenizer/tokens.ts";
import { type HubHead, headRefusal, labelsOf, madeUpLabel } from "./config.ts";

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
      return { kind, ...common, labels: speakersOf(hub) };
    case "ctc": {
      const { alphabet, pad } = found.tokens;
      const blank = pad?.id ?? blankOf(hub);
      return { kind, ...common, tokenCount: hub.vocab_size, blank, ...alphabet };
    }
    case "sequence-classification": {
      const labels = labelsOf(hub);
      return { kind, ...common, labels, scores: scoresOf(hub, labels.length) };
    }
  }
}

/** As transformers' losses have it: one label alone is regressed unless `problem_type` says otherwise. */
function scoresOf(
  { problem_type }: HubHead,
  labelCount: number,
): HeadOf<"sequence-classification">["scores"] {
  if (problem_type === "multi_label_classification") return "sigmoid";
  return problem_type === "regression" || (problem_type == null && labelCount === 1)
    ? "none"
    : "softmax";
}

/** transformers writes its made-up labels down where there are not two. */
function speakersOf(hub: HubHead): string[] {
  return labelsOf(hub).map((label, id) => (label === madeUpLabel(id) ? `speaker_${id}` : label));
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
  throw headRefusal(`pad_token_id: the blank is ${blank}, and vocab_size only ${vocab_size}`);
}
