/** WavLM with group norm and post layer norm in float64, by its definition and nothing of the engine's (transformers modeling_wavlm.py). */
import type { Checkpoint } from "../../../src/model/checkpoint/checkpoint.ts";
import type { WavLMConfig } from "../../../src/model/config.ts";

type Rows = readonly (readonly number[])[];

/** What a tensor becomes before it is computed with. */
export type Rounding = (name: string, data: Float32Array, shape: readonly number[]) => Float32Array;

/** The last hidden state of samples, [frames][hiddenSize]. */
export async function referenceStates(
  checkpoint: Checkpoint,
  samples: Float32Array,
  round: Rounding = (_, data) => data,
): Promise<Rows> {
  const { config } = checkpoint;
  const read = async (name: string): Promise<Float32Array> => {
    const { shape, data } = await checkpoint.tensor(name);
    return round(name, data, shape);
  };
  const norm = async (rows: Rows, name: string): Promise<Rows> => {
    const [weight, bias] = [await read(`${name}.weight`), await read(`${name}.bias`)];
    return rows.map((row) => affine(standardised(row, config.layerNormEps), weight, bias));
  };
  const linear = async (rows: Rows, name: string): Promise<Rows> => {
    const [weight, bias] = [await read(`${name}.weight`), await read(`${name}.bias`)];
    return rows.map((row) => Array.from(bias, (start, out) => start + dot(row, weight, out)));
  };

  const features = transposed(await convolved(samples, config, read));
  const projection = "feature_projection";
  const projected = await linear(
    await norm(features, `${projection}.layer_norm`),
    `${projection}.projection`,
  );
  const positions = await positional(projected, config, read);
  const start = await norm(sum(projected, positions), "encoder.layer_norm");

  const layer = "encoder.layers.0";
  const attended = await attention(start, config, read, linear);
  const middle = await norm(sum(start, attended), `${layer}.layer_norm`);
  const inner = await linear(middle, `${layer}.feed_forward.intermediate_dense`);
  const outer = await linear(
    inner.map((row) => row.map(gelu)),
    `${layer}.feed_forward.output_dense`,
  );
  return norm(sum(middle, outer), `${layer}.final_layer_norm`);
}

type Read = (name: string) => Promise<Float32Array>;
type LinearLayer = (rows: Rows, name: string) => Promise<Rows>;

async function convolved(
  samples: Float32Array,
  { convDim, convKernel, convStride }: WavLMConfig,
  read: Read,
): Promise<Rows> {
  let channels: Rows = [Array.from(samples)];
  for (const [index, outputs] of convDim.entries()) {
    const name = `feature_extractor.conv_layers.${index}`;
    const weight = await read(`${name}.conv.weight`);
    const [kernel, stride] = [convKernel[index] as number, convStride[index] as number];
    const input = channels;
    const frames = Math.floor(((input[0]?.length ?? 0) - kernel) / stride) + 1;
    const at = (out: number, frame: number) => {
      let total = 0;
      for (const [channel, values] of input.entries()) {
        for (let tap = 0; tap < kernel; tap++) {
          const value = weight[(out * input.length + channel) * kernel + tap] as number;
          total += value * (values[frame * stride + tap] as number);
        }
      }
      return total;
    };
    channels = range(outputs).map((out) => range(frames).map((frame) => at(out, frame)));
    if (index === 0) {
      const [scale, shift] = [
        await read(`${name}.layer_norm.weight`),
        await read(`${name}.layer_norm.bias`),
      ];
      channels = channels.map((values, channel) =>
        standardised(values, 1e-5).map(
          (value) => value * (scale[channel] as number) + (shift[channel] as number),
        ),
      );
    }
    channels = channels.map((values) => values.map(gelu));
  }
  return channels;
}

async function positional(rows: Rows, config: WavLMConfig, read: Read): Promise<Rows> {
  const { positionalKernel: taps, positionalGroups, hiddenSize } = config;
  const name = "encoder.pos_conv_embed.conv";
  const [gains, directions, bias] = await Promise.all([
    read(`${name}.weight_g`),
    read(`${name}.weight_v`),
    read(`${name}.bias`),
  ]);
  const width = hiddenSize / positionalGroups;
  const lengths = range(taps).map((tap) =>
    Math.hypot(...range(hiddenSize * width).map((pair) => directions[pair * taps + tap] as number)),
  );
  return rows.map((_, frame) =>
    range(hiddenSize).map((out) => {
      let total = bias[out] as number;
      const first = Math.floor(out / width) * width;
      for (const [tap, length] of lengths.entries()) {
        const row = rows[frame + tap - Math.floor(taps / 2)];
        if (row === undefined) continue;
        for (let channel = 0; channel < width; channel++) {
          const direction = directions[(out * width + channel) * taps + tap] as number;
          total +=
            (((gains[tap] as number) * direction) / length) * (row[first + channel] as number);
        }
      }
      return gelu(total);
    }),
  );
}

async function attention(
  rows: Rows,
  { headCount, hiddenSize, bucketCount, maxBucketDistance }: WavLMConfig,
  read: Read,
  linear: LinearLayer,
): Promise<Rows> {
  const name = "encoder.layers.0.attention";
  const size = hiddenSize / headCount;
  const project = (part: string) => linear(rows, `${name}.${part}`);
  const [queries, keys, values] = [
    await project("q_proj"),
    await project("k_proj"),
    await project("v_proj"),
  ];
  const embedding = await read(`${name}.rel_attn_embed.weight`);
  const constants = await read(`${name}.gru_rel_pos_const`);
  const heads = await Promise.all(
    range(headCount).map(async (head) => {
      const own = (row: readonly number[]) => row.slice(head * size, (head + 1) * size);
      const gates = await linear(rows.map(own), `${name}.gru_rel_pos_linear`);
      return rows.map((_, query) => {
        const [a, b] = [gates[query]?.slice(0, 4), gates[query]?.slice(4)].map((part) =>
          sigmoid(total(part ?? [])),
        ) as [number, number];
        const gate = a * (b * (constants[head] as number) - 1) + 2;
        const scores = rows.map((_, key) => {
          const bucket = bucketOf(key - query, bucketCount as number, maxBucketDistance as number);
          const product = total(
            own(queries[query] as number[]).map(
              (value, at) => value * (own(keys[key] as number[])[at] as number),
            ),
          );
          return (
            product / Math.sqrt(size) + gate * (embedding[bucket * headCount + head] as number)
          );
        });
        const weights = softmax(scores);
        return range(size).map((at) =>
          total(weights.map((weight, key) => weight * (values[key]?.[head * size + at] as number))),
        );
      });
    }),
  );
  const contexts = rows.map((_, frame) => heads.flatMap((head) => head[frame] as number[]));
  return linear(contexts, `${name}.out_proj`);
}

function bucketOf(relative: number, count: number, maxDistance: number): number {
  const side = count / 2;
  const exact = side / 2;
  const distance = Math.abs(relative);
  const far =
    exact + Math.trunc((Math.log(distance / exact) / Math.log(maxDistance / exact)) * exact);
  return (relative > 0 ? side : 0) + (distance < exact ? distance : Math.min(far, side - 1));
}

/** x·Φ(x), the error function by its series of positive terms (DLMF 7.6.2). */
function gelu(x: number): number {
  const argument = Math.abs(x) / Math.SQRT2;
  if (argument > 6) return Math.max(x, 0);
  let term = argument;
  let series = 0;
  for (let n = 1; term > 1e-18 * series; n++) {
    series += term;
    term *= (2 * argument * argument) / (2 * n + 1);
  }
  const erf = (2 / Math.sqrt(Math.PI)) * Math.exp(-argument * argument) * series;
  return (x * (1 + Math.sign(x) * erf)) / 2;
}

function dot(row: readonly number[], weight: Float32Array, out: number): number {
  return row.reduce((sum, value, at) => sum + value * (weight[out * row.length + at] as number), 0);
}

function standardised(values: readonly number[], eps: number): number[] {
  const mean = total(values) / values.length;
  const variance = total(values.map((value) => (value - mean) ** 2)) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance + eps));
}

function affine(row: readonly number[], weight: Float32Array, bias: Float32Array): number[] {
  return row.map((value, at) => value * (weight[at] as number) + (bias[at] as number));
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = total(powers);
  return powers.map((power) => power / sum);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function sum(a: Rows, b: Rows): Rows {
  return a.map((row, at) => row.map((value, channel) => value + (b[at]?.[channel] as number)));
}

function transposed(rows: Rows): Rows {
  return range(rows[0]?.length ?? 0).map((at) => rows.map((row) => row[at] as number));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
