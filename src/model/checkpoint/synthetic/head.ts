/** Task heads of deterministic random weights, in the sizes of the released ones. */
import type { WavLMConfig } from "../../config.ts";
import type { CheckpointHead } from "../checkpoint.ts";
import { parseHubHead, takesLayerSum } from "../heads/config.ts";
import { describeHead } from "../heads/describe.ts";
import { expectedHeadTensors } from "../heads/tensors.ts";
import { bellShaped } from "./random.ts";

/** Those of the speech recognisers that were released beside wav2vec 2.0. */
const TOKENS = ["<pad>", "<s>", "</s>", "<unk>", "|", ..."ETAONIHSRDLUMWCFGYPBVK'XJQZ"];

/** Of rectified inputs half the variance is left: it is put back. */
const RECTIFIED_GAIN = Math.SQRT2;

/**
 * A head of transformers' class `architecture` on a backbone of `config`: linear layers that keep the scale of what enters them, and
 * equal shares of all hidden states where it sums them up. A tensor is made each time it is asked for, from `seed` and its name.
 */
export function syntheticHead(
  architecture: string,
  config: WavLMConfig,
  seed: string,
): CheckpointHead {
  const hub = parseHubHead(
    { architectures: [architecture], use_weighted_layer_sum: true },
    config.family,
  );
  if (hub === null) throw new RangeError(`no head ${architecture}`);
  const shapes = expectedHeadTensors(hub, config);
  const weights = new Array(config.layerCount + 1).fill(0);
  const layerSum = takesLayerSum(hub) ? { weights, lastState: "raw" as const } : null;
  const alphabet = { tokens: TOKENS, wordDelimiter: 4, silent: [1, 2] };
  const tokens = { alphabet, pad: null, notes: [] };
  return {
    head: describeHead(hub, { layerSum, tokens }),
    tensor: async (name) => {
      const shape = shapes.get(name);
      if (shape === undefined) throw new RangeError(`no tensor ${name}`);
      const count = shape.reduce((product, length) => product * length, 1);
      if (name.endsWith(".bias")) return { shape, data: new Float32Array(count) };
      const scale = (name.startsWith("tdnn.") ? RECTIFIED_GAIN : 1) / Math.sqrt(shape[1] ?? 1);
      return { shape, data: bellShaped(`${seed} ${name}`, count).map((value) => scale * value) };
    },
  };
}
