/**
 * Tests a backend before it is used: computes a known chain of segments, and times one. Long because numbers and speed
 * share packs and time limits.
 */

import { within } from "../../deadline.ts";
import type { Backend } from "../backend/backend.ts";
import type { AdapterReport } from "../backend/report.ts";
import { writePack } from "../build/write-pack.ts";
import type { WavLMConfig } from "../config.ts";
import { createEngine } from "../engine/create.ts";
import type { Engine } from "../engine/engine.ts";
import { type ComputationQueue, computationQueue } from "../engine/queue.ts";
import { SAMPLE_RATE_HZ } from "../framing.ts";
import { blobReader } from "../pack/blobs.ts";
import type { Precision } from "../pack/precision.ts";
import { readManifest } from "../pack/registry.ts";
import { NUMBERS_CONFIG, probeCheckpoint, SPEED_CONFIG } from "./probe-checkpoint.ts";
import { PROBE_NUMBERS, type ProbedPrecision } from "./probe-numbers.ts";

const NUMBERS_SAMPLES = 4_000;
const SPEED_SAMPLES = 80_000;
const TAPS = {
  hiddenStates: [],
  extractFeatures: false,
  lastHiddenState: true,
  layerSum: null,
  head: null,
};

/** Of the largest stored number; rows that are quantized as they are multiplied differ from rows that are not. */
const TOLERANCES: Readonly<Record<ProbedPrecision, number>> = {
  fp32: 2e-3,
  fp16: 2e-3,
  q4: 2e-3,
  q8n: 0.03,
};

/** The precisions that a device is probed in: of a GPU float16 only if its shaders have it, of a processor q8n, too. */
export function probedPrecisions(
  adapter: Pick<AdapterReport, "hasFloat16"> | null,
): ProbedPrecision[] {
  if (adapter === null) return ["fp32", "fp16", "q4", "q8n"];
  return adapter.hasFloat16 ? ["fp32", "fp16", "q4"] : ["fp32", "q4"];
}

/** Time limit of the probe; a device that compiles its shaders for longer is not used. */
const NUMBERS_TIMEOUT_MS = 60_000;

/** The same for one that is forced: software GPUs compile for minutes. */
const FORCED_TIMEOUT_MS = 600_000;

/**
 * Computes the chain in each precision and compares it with the stored numbers.
 * @throws Error saying in what precision the backend is how wrong, or what it threw.
 */
export async function checkNumbers(
  backend: Backend,
  precisions: readonly ProbedPrecision[],
  { isForced = false }: { readonly isForced?: boolean } = {},
): Promise<void> {
  const timeoutMs = isForced ? FORCED_TIMEOUT_MS : NUMBERS_TIMEOUT_MS;
  for (const precision of precisions) {
    const numbers = await withTimeout(probeNumbers(backend, precision), timeoutMs);
    const error = relativeError(numbers, PROBE_NUMBERS[precision]);
    if (!(error <= TOLERANCES[precision])) {
      throw new Error(`it computes wrong numbers in ${precision} (off by ${error.toPrecision(2)})`);
    }
  }
}

/**
 * Times the larger chain on both.
 * @throws Error saying how much slower the device is.
 */
export async function checkSpeed(device: Backend, other: Backend): Promise<void> {
  const pack = await probePack(SPEED_CONFIG, "fp32");
  const otherMs = await secondRunMs(await pack(other));
  const deviceEngine = await pack(device);
  const deviceMs = await secondRunMs(deviceEngine, NUMBERS_TIMEOUT_MS);
  if (deviceMs > otherMs) {
    const ratio = (deviceMs / otherMs).toPrecision(2);
    throw new Error(
      `it takes ${ratio} times as long as ${other.name === "wasm" ? "WASM" : other.name}`,
    );
  }
}

/** The chain's last hidden state, a few numbers of it. */
async function probeNumbers(backend: Backend, precision: ProbedPrecision): Promise<number[]> {
  return numbersOf(await (await probePack(NUMBERS_CONFIG, precision))(backend));
}

/** The engine of the chain in a precision; it takes its turn in `queue`. */
export async function numbersEngine(
  backend: Backend,
  precision: Precision,
  queue: ComputationQueue,
): Promise<Engine> {
  return (await probePack(NUMBERS_CONFIG, precision))(backend, queue);
}

/** Numbers of the last hidden state that the chain's engine gives, to be compared with stored ones. */
export async function numbersOf(engine: Engine, signal?: AbortSignal): Promise<number[]> {
  const { lastHiddenState } = await engine.run(probeSamples(), TAPS, { signal });
  return storedNumbers(Array.from(lastHiddenState?.data ?? []));
}

/** Prime, so that every channel has its turn. */
const STORED_EVERY = 13;

/** Indices of the stored numbers in the last hidden state, row-major. */
export function storedNumbers(state: readonly number[]): number[] {
  return state.filter((_, index) => index % STORED_EVERY === 0);
}

/** The clip that the chain is computed of. */
export function probeSamples(): Float32Array {
  return chirp(NUMBERS_SAMPLES);
}

/** Builds the probe's pack in memory; the result makes an engine of it on a backend. */
async function probePack(
  config: WavLMConfig,
  precision: Precision,
): Promise<(backend: Backend, queue?: ComputationQueue) => Promise<Engine>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  await writePack(probeCheckpoint(config), { precision }, new Map(), {
    put: async (key, bytes) => void files.set(key, new Uint8Array(bytes)),
    manifestKey: () => "manifest.json",
  });
  const storage = {
    get: async (key: string) => files.get(key) ?? null,
    list: async () => [...files.keys()],
  };
  const pack = await readManifest(files.get("manifest.json") as Uint8Array<ArrayBuffer>);
  return async (backend, queue = computationQueue(0)) =>
    createEngine({
      ...pack,
      backend,
      readBlob: blobReader(storage, () => {}),
      queue,
      limits: { memoryBudgetBytes: 1e9, maxQueue: 0, windowSeconds: 30 },
    });
}

async function secondRunMs(engine: Engine, timeoutMs = Number.POSITIVE_INFINITY): Promise<number> {
  const samples = chirp(SPEED_SAMPLES);
  await withTimeout(engine.run(samples, TAPS), timeoutMs);
  const started = performance.now();
  await withTimeout(engine.run(samples, TAPS), timeoutMs);
  return performance.now() - started;
}

/** A tone that rises from 100 Hz, a kilohertz in a quarter of a second. */
function chirp(sampleCount: number): Float32Array {
  return Float32Array.from({ length: sampleCount }, (_, index) => {
    const seconds = index / SAMPLE_RATE_HZ;
    return 0.5 * Math.sin(2 * Math.PI * (100 * seconds + 2_000 * seconds ** 2));
  });
}

/** The largest difference, relative to the largest number that is expected; infinity for numbers that are missing. */
export function relativeError(actual: readonly number[], expected: readonly number[]): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(actual[index] - value))) / largest;
}

/** Timers do not compete with a computation that holds the thread, but a device computes elsewhere. */
async function withTimeout<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  if (timeoutMs === Number.POSITIVE_INFINITY) return work;
  return await within(timeoutMs, work, () => {
    throw new Error(`it did not finish the probe within ${timeoutMs / 1000} s`);
  });
}
