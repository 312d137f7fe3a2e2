/** What every backend of the engine must do, in the runtime that it is for. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Matrix } from "../../src/model/matrix.ts";
import type { Precision } from "../../src/model/pack.ts";
import { memoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/store/store.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  type GoldenInput,
  goldenExpectations,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../golden.ts";
import { computeAll, installGolden, nodeRegistry } from "../tiny-pack.ts";

/** An engine on the backend under test, in its runtime. */
export interface BackendUnderTest {
  /**
   * Computes every tensor of an installed pack, by the names that the API gives them, of mono 16 kHz samples that are not
   * normalised yet.
   */
  compute(pack: string, samples: Float32Array<ArrayBuffer>): Promise<ReadonlyMap<string, Matrix>>;
  stop(): Promise<void>;
}

/** A backend, and how far it may be off. */
export interface BackendContract {
  /** Such as `WASM in Node, 2 threads`. */
  readonly name: string;
  /** Starts an engine over the packs in `store`. */
  start(store: Store): Promise<BackendUnderTest>;
  /** The largest absolute difference from transformers' hidden states that an fp32 pack may have. */
  readonly fp32Tolerance: number;
  /** Precisions whose every bit is that of Node's WASM on one thread. */
  readonly sameBits: readonly Precision[];
}

/** Inputs for comparing bits: several blocks of rows, and one. */
const SAME_BITS_INPUTS: readonly GoldenInput[] = ["x4001", "tile5_x56789"];

/** Runs the suite. */
export function describeBackendContract(contract: BackendContract): void {
  describe(`the backend ${contract.name}`, () => {
    const store = memoryStore();
    let backend: BackendUnderTest;
    beforeAll(async () => {
      for (const { name } of GOLDEN_MODELS) {
        for (const precision of ["fp32", ...contract.sameBits] as const) {
          await installGolden(store, name, precision);
        }
      }
      backend = await contract.start(store);
    });
    afterAll(() => backend?.stop());

    describe.each(GOLDEN_MODELS)("with an fp32 pack of $name", (model) => {
      it.each(GOLDEN_INPUTS)("gives the reference's tensors of %s", async (input) => {
        const tensors = await backend.compute(`${model.name}-fp32`, await goldenSamples(input));
        const references = await referencesOf(model, input);
        expect([...tensors.keys()].sort()).toEqual(expect.arrayContaining([...references.keys()]));
        for (const [name, { values, frameStep }] of references) {
          const difference = largestDifference(tensors.get(name) as Matrix, values, frameStep);
          expect(difference).toBeLessThan(contract.fp32Tolerance);
        }
      });
    });

    describe.each(contract.sameBits)("with %s packs", (precision) => {
      it.each(GOLDEN_MODELS)(
        "gives every bit of $name that one thread in Node gives",
        async ({ name }) => {
          const pack = `${name}-${precision}`;
          const engine = await nodeRegistry(store).open(pack);
          for (const input of SAME_BITS_INPUTS) {
            const samples = await goldenSamples(input);
            const expected = await computeAll(engine, samples);
            const actual = await backend.compute(pack, samples);
            expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
            for (const [tensor, matrix] of expected) {
              expect(Buffer.compare(bytesOf(actual.get(tensor)), bytesOf(matrix))).toBe(0);
            }
          }
        },
      );
    });
  });
}

/** What transformers gives of an input, by tensor; some inputs have no extract_features. */
async function referencesOf(
  { name, layerCount, stable }: (typeof GOLDEN_MODELS)[number],
  input: GoldenInput,
): Promise<Map<string, { values: Float32Array; frameStep: number }>> {
  const { frameStep, ...golden } = await goldenExpectations(name, input);
  const stack = golden.hiddenStates as Float32Array;
  const references = new Map<string, Float32Array>();
  for (let index = 0; index <= layerCount; index++) {
    references.set(`hidden_states.${index}`, stackedLayer(stack, index, layerCount));
  }
  if (golden.extractFeatures !== null) references.set("extract_features", golden.extractFeatures);
  references.set(
    "last_hidden_state",
    stable ? (golden.lastHiddenState as Float32Array) : stackedLayer(stack, layerCount, layerCount),
  );
  return new Map([...references].map(([tensor, values]) => [tensor, { values, frameStep }]));
}

function bytesOf(matrix: Matrix | undefined): Uint8Array {
  if (matrix === undefined) return new Uint8Array();
  const { buffer, byteOffset, byteLength } = matrix.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
