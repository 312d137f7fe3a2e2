/** What every backend of the engine must do, in the runtime that it is for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Matrix } from "../../src/model/matrix.ts";
import type { Precision } from "../../src/model/pack/precision.ts";
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
} from "../../support/packs/golden.ts";
import { computeAll, installGolden, nodeRegistry } from "../../support/packs/tiny-pack.ts";

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
  /** What it needs and this machine lacks; its cases are skipped for that, or fail where CI=true. */
  readonly missing?: string | null;
  /** Where CI does not bring it either, the cases are skipped there, too. */
  readonly mayBeMissingInCi?: boolean;
  /** For places where a computation takes minutes; all if left out. */
  inputsFor?(model: string): readonly GoldenInput[];
  /** Starts an engine over the packs in `store`. */
  start(store: Store): Promise<BackendUnderTest>;
  /** How far an fp32 pack's tensors may be from transformers'. */
  readonly fp32Bound: Bound;
  /** Precisions that are compared with transformers and with WASM; their bounds are `ONNX_PRECISION_BOUNDS`. */
  readonly onnxPrecisions: readonly OnnxPrecision[];
  /** Precisions whose every bit is that of Node's WASM on one thread. */
  readonly sameBits: readonly Precision[];
}

/** The largest difference: of any number, or divided by the tensor's largest number. */
export type Bound = { readonly absolute: number } | { readonly relative: number };

/** Precisions whose programs onnxruntime runs, by its own kernels of each place. */
export type OnnxPrecision = "fp16" | "q4" | "q8n";

/**
 * Of every tensor; docs/models.md states them. `referenceL2` is the relative L2 error against transformers' float32, which
 * random tiny models magnify; `wasm` is how far backends may be from each other.
 */
export const ONNX_PRECISION_BOUNDS = {
  fp16: { referenceL2: 5e-3, wasm: { relative: 2e-3 } },
  q4: { referenceL2: 0.3, wasm: { relative: 2e-3 } },
  // A number that rounds to another code in one place than in the other moves the products after it.
  q8n: { referenceL2: 0.05, wasm: { relative: 3e-2 } },
} as const;

/** Inputs for comparing bits: several blocks of rows, and one. */
const SAME_BITS_INPUTS: readonly GoldenInput[] = ["x4001", "tile5_x56789"];

const ONNX_PRECISION_INPUT: GoldenInput = "x16000";

/** A software GPU compiles shaders for minutes. */
const TIMEOUT_MS = 600_000;

/** Runs the suite. */
export function describeBackendContract(contract: BackendContract): void {
  describe(`the backend ${contract.name}`, { timeout: TIMEOUT_MS }, () => {
    const { inputsFor = () => GOLDEN_INPUTS, missing = null } = contract;
    const mayBeMissing = process.env.CI !== "true" || contract.mayBeMissingInCi === true;
    const isSkipped = missing !== null && mayBeMissing;
    const store = memoryStore();
    let backend: BackendUnderTest;
    beforeEach(({ skip }) => {
      if (isSkipped) skip(missing);
    });
    beforeAll(async () => {
      if (isSkipped) return;
      for (const { name } of GOLDEN_MODELS) {
        for (const precision of [
          "fp32",
          ...contract.onnxPrecisions,
          ...contract.sameBits,
        ] as const) {
          await installGolden(store, name, precision);
        }
      }
      backend = await contract.start(store);
    }, TIMEOUT_MS);
    afterAll(() => backend?.stop());

    describe.each(GOLDEN_MODELS)("with an fp32 pack of $name", (model) => {
      it.each(inputsFor(model.name))("gives the reference's tensors of %s", async (input) => {
        const tensors = await backend.compute(`${model.name}-fp32`, await goldenSamples(input));
        await expectReference(tensors, model, input, contract.fp32Bound);
      });
    });

    describe.each(contract.onnxPrecisions)("with %s packs", (precision) => {
      const { referenceL2, wasm } = ONNX_PRECISION_BOUNDS[precision];

      it.each(GOLDEN_MODELS)("is near the reference and nearer to WASM: $name", async (model) => {
        const samples = await goldenSamples(ONNX_PRECISION_INPUT);
        const pack = `${model.name}-${precision}`;
        const tensors = await backend.compute(pack, samples);
        for (const [name, { values }] of await referencesOf(model, ONNX_PRECISION_INPUT)) {
          expect(relativeL2(tensors.get(name) as Matrix, values), name).toBeLessThan(referenceL2);
        }
        const onWasm = await computeAll(await nodeRegistry(store).open(pack), samples);
        for (const [name, { data }] of onWasm) expectWithin(tensors, name, data, wasm);
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

async function expectReference(
  tensors: ReadonlyMap<string, Matrix>,
  model: (typeof GOLDEN_MODELS)[number],
  input: GoldenInput,
  bound: Bound,
): Promise<void> {
  const references = await referencesOf(model, input);
  expect([...tensors.keys()].sort()).toEqual(expect.arrayContaining([...references.keys()]));
  for (const [name, { values, frameStep }] of references) {
    expectWithin(tensors, name, values, bound, frameStep);
  }
}

function expectWithin(
  tensors: ReadonlyMap<string, Matrix>,
  name: string,
  expected: Float32Array,
  bound: Bound,
  frameStep = 1,
): void {
  const difference = largestDifference(tensors.get(name) as Matrix, expected, frameStep);
  if ("absolute" in bound) expect(difference, name).toBeLessThan(bound.absolute);
  else expect(difference / largestOf(expected), name).toBeLessThan(bound.relative);
}

function relativeL2({ data }: Matrix, expected: Float32Array): number {
  const sumOfSquares = (of: (value: number, index: number) => number) =>
    expected.reduce((sum, value, index) => sum + of(value, index) ** 2, 0);
  const error = sumOfSquares((value, index) => (data[index] as number) - value);
  return Math.sqrt(error / sumOfSquares((value) => value));
}

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
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
