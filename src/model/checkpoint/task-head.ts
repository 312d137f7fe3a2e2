/** Reads the task head of a Hugging Face checkpoint. */
import type { WavLMConfig } from "../config.ts";
import type { CheckpointHead } from "./checkpoint.ts";
import { describeHead, lastStateInSum, parseHubHead, takesLayerSum } from "./head-config.ts";
import { expectedHeadTensors } from "./head-tensors.ts";
import { requireTensors } from "./require-tensors.ts";
import { NO_TOKENS, readTokens } from "./tokens.ts";
import type { WeightFiles } from "./weight-files.ts";

/** Where a head is read from. */
export interface HeadSource {
  /** Where vocab.json lies, if the head has one. */
  readonly directory: string;
  /** config.json, parsed. */
  readonly json: unknown;
  readonly files: Pick<WeightFiles, "shapes" | "read">;
}

/**
 * Reads the head that `architectures` of config.json names, to be spread into a checkpoint: nothing for a bare backbone.
 * @throws UndertoneError `checkpoint-invalid` if its tensors are missing or misshapen or its tokens are broken,
 *   `checkpoint-unsupported` for what cannot be honoured.
 */
export async function readTaskHead(
  { directory, json, files }: HeadSource,
  config: WavLMConfig,
): Promise<{ readonly taskHead?: CheckpointHead }> {
  const hub = parseHubHead(json);
  if (hub === null) return {};
  const expected = expectedHeadTensors(hub, config);
  const found = [...files.shapes].filter(([name]) => expected.has(name));
  requireTensors(new Map(found), expected);
  const layerSum = takesLayerSum(hub)
    ? { weights: [...(await files.read("layer_weights")).data], lastState: lastStateInSum(hub) }
    : null;
  const tokens = hub.kind === "ctc" ? await readTokens(directory, hub.vocab_size) : NO_TOKENS;
  return {
    taskHead: { head: describeHead(hub, { layerSum, tokens }), tensor: (name) => files.read(name) },
  };
}
