import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectedTensors } from "../../../../src/model/checkpoint/backbone/expected-tensors.ts";
import {
  SYNTHETIC_KINDS,
  syntheticCheckpoint,
} from "../../../../src/model/checkpoint/synthetic/synthetic.ts";
import { readKeyList } from "../../../support/checkpoints/key-list.ts";

const LAYER_0 = "encoder.layers.0";

async function digest(kind: "base" | "base-plus" | "large", name: string): Promise<string> {
  const { data } = await syntheticCheckpoint(kind).tensor(name);
  return createHash("sha256").update(new Uint8Array(data.buffer)).digest("hex");
}

function rowsOf(data: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: data.length / width }, (_, row) =>
    data.subarray(row * width, (row + 1) * width),
  );
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe("syntheticCheckpoint", () => {
  it.each([
    ["base", "base-plus"],
    ["base-plus", "base-plus"],
    ["large", "large"],
  ] as const)(
    "%s has the tensors of the released model, all of them finite",
    async (kind, list) => {
      const checkpoint = syntheticCheckpoint(kind);
      const released = await readKeyList(list);
      expect(new Map(expectedTensors(checkpoint.config))).toEqual(released);
      // Later layers of the same recipe are left to the time they would take.
      const some = [...released].filter(([name]) => !/layers\.([2-9]|1\d|2[0-2])\./.test(name));
      for (const [name, shape] of some) {
        const tensor = await checkpoint.tensor(name);
        expect(tensor.shape).toEqual(shape);
        expect(tensor.data.length).toBe(shape.reduce((product, length) => product * length, 1));
        // NaN, as any value that is not finite makes it, is not greater either.
        expect(deviation(tensor.data), name).toBeGreaterThan(0);
      }
    },
  );

  it.each(["base-plus-sv", "base-plus-sd"] as const)(
    "%s is base-plus with the head of the released model",
    async (kind) => {
      const { taskHead, tensor } = syntheticCheckpoint(kind);
      const { layer_weights: weights, ...released } = Object.fromEntries(
        await readKeyList(`${kind}-head`),
      );
      expect(taskHead?.head.layerSum?.weights).toHaveLength(weights?.[0] ?? 0);
      for (const [name, shape] of Object.entries(released)) {
        expect((await taskHead?.tensor(name))?.shape, name).toEqual(shape);
      }
      const name = `${LAYER_0}.layer_norm.weight`;
      expect(await tensor(name)).toEqual(await syntheticCheckpoint("base-plus").tensor(name));
    },
  );

  it("says what it is", () => {
    for (const kind of SYNTHETIC_KINDS) {
      const checkpoint = syntheticCheckpoint(kind);
      expect(checkpoint).toMatchObject({
        name: `synthetic-${kind}`,
        weights: "synthetic",
        doNormalize: kind === "large" || kind === "wav2vec2-large",
        provenance: {
          source: `synthetic:${kind}`,
          sourceSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          licence: expect.stringContaining("not trained"),
        },
      });
    }
  });

  it("gives the same bits each time, and others to each tensor, layer and kind", async () => {
    const query = `${LAYER_0}.attention.q_proj.weight`;
    const digests = [
      await digest("base-plus", query),
      await digest("base-plus", `${LAYER_0}.attention.k_proj.weight`),
      await digest("base-plus", "encoder.layers.1.attention.q_proj.weight"),
      await digest("base", query),
      await digest("large", query),
    ];
    expect(new Set(digests).size).toBe(5);
    expect(await digest("base-plus", query)).toBe(digests[0]);
  });

  it("refuses a name that the model does not have", async () => {
    await expect(syntheticCheckpoint("base").tensor("lm_head.weight")).rejects.toThrow(RangeError);
  });
});

describe("synthetic weights", () => {
  const checkpoint = syntheticCheckpoint("base-plus");

  it("cancel in pairs of heads what attention keeps of all frames alike", async () => {
    const value = rowsOf((await checkpoint.tensor(`${LAYER_0}.attention.v_proj.weight`)).data, 768);
    const output = rowsOf(
      (await checkpoint.tensor(`${LAYER_0}.attention.out_proj.weight`)).data,
      768,
    );
    // With equal attention a frame-independent input x leaves as output · value · x.
    const input = Float32Array.from({ length: 768 }, (_, channel) => (channel % 7) - 3);
    const values = value.map((row) =>
      row.reduce((sum, weight, at) => sum + weight * (input[at] ?? 0), 0),
    );
    const outputs = output.map((row) =>
      row.reduce((sum, weight, at) => sum + weight * (values[at] ?? 0), 0),
    );
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(1);
    expect(Math.max(...outputs.map(Math.abs))).toBeLessThan(1e-6);
  });

  it("do not pass on what all feed-forward units have in common", async () => {
    const { data } = await checkpoint.tensor(`${LAYER_0}.feed_forward.output_dense.weight`);
    for (const row of rowsOf(data, 3072)) {
      expect(Math.abs(row.reduce((sum, weight) => sum + weight, 0))).toBeLessThan(1e-4);
    }
  });

  it("lift the same few channels far out of the rest in every layer", async () => {
    const { data: lifts } = await checkpoint.tensor("encoder.layer_norm.bias");
    const channels = [...lifts.keys()].filter((channel) => Math.abs(lifts[channel] ?? 0) > 3);
    expect(channels).toHaveLength(6);
    const { data } = await checkpoint.tensor("encoder.layers.7.attention.out_proj.weight");
    const deviations = rowsOf(data, 768).map(deviation);
    const usual = deviations.toSorted((a, b) => a - b)[384] ?? 0;
    for (const channel of channels) expect(deviations[channel]).toBeGreaterThan(2 * usual);
  });

  it("let heads prefer near frames, each in its own way", async () => {
    const { data } = await checkpoint.tensor(`${LAYER_0}.attention.rel_attn_embed.weight`);
    const buckets = rowsOf(data, 12);
    const meanOver = (from: number, to: number, head: number) =>
      buckets.slice(from, to).reduce((sum, heads) => sum + (heads[head] ?? 0), 0) / (to - from);
    const falls = Array.from(
      { length: 12 },
      (_, head) => meanOver(0, 5, head) - meanOver(120, 160, head),
    );
    expect(Math.max(...falls)).toBeGreaterThan(1.5);
    expect(Math.max(...falls) - Math.min(...falls)).toBeGreaterThan(1);
  });
});
