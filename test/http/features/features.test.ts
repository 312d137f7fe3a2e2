import { beforeAll, describe, expect, test } from "vitest";
import { FeaturesSchema } from "../../../src/http/features/schema.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import {
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../../../support/packs/golden.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import {
  type ReadTensor,
  readNpy,
  readNpz,
  readSafetensors,
} from "../../support/http/answer-readers.ts";
import { bytesOf, post, type Service, startService } from "../../support/http/service.ts";

const LAYERS = 3;
const FRAMES = 12;
let service: Service;
/** 4001 samples of the golden inputs, as the float WAV that holds them exactly. */
let goldenClip: Uint8Array<ArrayBuffer>;
let goldenLayers: Float32Array[];
let goldenExtracted: Float32Array;

beforeAll(async () => {
  service = startService(await tinyRegistry());
  const samples = await goldenSamples("x4001");
  goldenClip = makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
  const { hiddenStates, extractFeatures } = await goldenExpectations("tiny-group", "x4001");
  goldenLayers = Array.from({ length: LAYERS + 1 }, (_, index) =>
    stackedLayer(hiddenStates as Float32Array, index, LAYERS),
  );
  goldenExtracted = extractFeatures as Float32Array;
});

function expectGolden(tensor: ReadTensor | undefined, expected: Float32Array) {
  const { shape, values } = tensor as ReadTensor;
  const [rows, columns] = shape as [number, number];
  expect(rows).toBe(FRAMES);
  const difference = largestDifference(
    { rows, columns, data: Float32Array.from(values) },
    expected,
  );
  expect(difference).toBeLessThan(GOLDEN_TOLERANCE);
}

async function layersOf(response: Response) {
  return (await response.json()).layers;
}

describe("the answer's numbers", () => {
  test("JSON by default, of the last hidden state", async () => {
    const response = await post(service, "", goldenClip);
    expect(response.headers.get("Content-Type")).toBe("application/json");
    const [layer, ...others] = FeaturesSchema.parse(await response.json()).layers;
    expect(others).toEqual([]);
    expect(layer).toMatchObject({ name: "hidden_states.3", index: 3, dtype: "f32" });
    const { shape, data } = layer as { shape: number[]; data: number[][] };
    expectGolden({ dtype: "f32", shape, values: data.flat() }, goldenLayers[3] as Float32Array);
  });

  test("safetensors and npz of every layer", async () => {
    const safetensors = readSafetensors(
      await bytesOf(await post(service, "?layers=all&format=safetensors", goldenClip)),
    );
    const npz = readNpz(await bytesOf(await post(service, "?layers=all&format=npz", goldenClip)));
    const names = ["hidden_states.0", "hidden_states.1", "hidden_states.2", "hidden_states.3"];
    expect([...safetensors.tensors.keys()]).toEqual(names);
    expect([...npz.arrays.keys()]).toEqual(names);
    for (const [index, name] of names.entries()) {
      expectGolden(safetensors.tensors.get(name), goldenLayers[index] as Float32Array);
      expectGolden(npz.arrays.get(name), goldenLayers[index] as Float32Array);
    }
  });

  test("npy of one layer, counted from the end", async () => {
    const response = await post(service, "?layers=-4&format=npy", goldenClip);
    expectGolden(readNpy(await bytesOf(response)), goldenLayers[0] as Float32Array);
  });

  test("outputs by name beside indices", async () => {
    const response = await post(service, "?layers=extract_features,1&format=npz", goldenClip);
    const { arrays } = readNpz(await bytesOf(response));
    expect([...arrays.keys()]).toEqual(["hidden_states.1", "extract_features"]);
    expectGolden(arrays.get("extract_features"), goldenExtracted);
  });

  test("a weighted sum of all hidden states, its shares the softmax of the weights", async () => {
    const query = "?layers=1,weighted&layer_weights=0,-1e3,1.0986122886681098,-1e3&format=npz";
    const { arrays } = readNpz(await bytesOf(await post(service, query, goldenClip)));
    expect([...arrays.keys()]).toEqual(["hidden_states.1", "weighted"]);
    // ln 3 has three times the share of 0.
    const [first, , third] = goldenLayers as [Float32Array, Float32Array, Float32Array];
    const expected = first.map((value, at) => 0.25 * value + 0.75 * (third[at] as number));
    expectGolden(arrays.get("weighted"), expected);
  });

  test("base64 holds the same float32 as decimals do", async () => {
    const [decimal] = await layersOf(await post(service, "", goldenClip));
    const [coded] = await layersOf(await post(service, "?encoding=base64", goldenClip));
    const bytes = Uint8Array.from(atob(coded.data), (character) => character.charCodeAt(0));
    expect([...new Float32Array(bytes.buffer)]).toEqual(decimal.data.flat().map(Math.fround));
  });

  test("f16 is what f32 rounds to", async () => {
    const f32 = readNpy(await bytesOf(await post(service, "?format=npy", goldenClip)));
    const f16 = readNpy(await bytesOf(await post(service, "?format=npy&dtype=f16", goldenClip)));
    expect(f16.dtype).toBe("<f2");
    expect(f16.values).toEqual([...new Float16Array(f32.values)]);
  });

  test("pooling gives one vector per layer", async () => {
    const frames = readNpy(await bytesOf(await post(service, "?format=npy", goldenClip)));
    const width = frames.shape[1] as number;
    const firstChannel = frames.values.filter((_, index) => index % width === 0);
    const [mean] = await layersOf(await post(service, "?pool=mean", goldenClip));
    expect(mean.shape).toEqual([width]);
    expect(mean.data[0]).toBeCloseTo(firstChannel.reduce((sum, x) => sum + x) / FRAMES, 5);
    const [max] = await layersOf(await post(service, "?pool=max", goldenClip));
    expect(Math.fround(max.data[0])).toBe(Math.max(...firstChannel));
    const [both] = await layersOf(await post(service, "?pool=mean_std", goldenClip));
    expect(both.shape).toEqual([2 * width]);
    expect(both.data[0]).toBe(mean.data[0]);
  });

  test.each(["npy", "npz", "safetensors"])(
    "%s is the same twice, byte for byte",
    async (format) => {
      const once = await bytesOf(await post(service, `?format=${format}`, goldenClip));
      const twice = await bytesOf(await post(service, `?format=${format}`, goldenClip));
      expect(twice).toEqual(once);
    },
  );

  test("silence is a clip like any other", async () => {
    const silence = makeWav({
      sampleRateHz: 16_000,
      channels: [new Float32Array(1600)],
      format: "s16",
    });
    const response = await post(service, "?format=npy", silence);
    expect(response.status).toBe(200);
    const { shape, values } = readNpy(await bytesOf(response));
    expect(shape[0]).toBe(4);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});
