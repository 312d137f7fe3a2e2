/** Activations that enter the products of a model, from running it in float32 over calibration clips. */
import type { Backend, ProgramSession } from "../../backend/backend.ts";
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import { prepareFrontend, runFrontend } from "../../engine/frontend.ts";
import { layOutWeights, type SegmentWeights, viewsOf } from "../../engine/memory/weights.ts";
import type { ProgramSessions } from "../../engine/programs.ts";
import {
  type LayerShared,
  prepareLayers,
  runLayer,
  runPositional,
  type StepContext,
} from "../../engine/transformer.ts";
import { frameCount } from "../../framing.ts";
import type { Matrix } from "../../matrix.ts";
import type { BuiltProgram, GraphBuilder, Value } from "../../onnx/builder.ts";
import { isConvolution } from "../programs/frontend.ts";
import {
  type Activations,
  PART_PRECISIONS,
  type PartPrecisions,
  type ProductActivations,
} from "../recipe.ts";
import type { BuiltSegment } from "../segment.ts";
import { buildBackboneSegments } from "../segments.ts";

/** Outputs of observing programs begin so, and end with the product's name. */
const RANGE_PREFIX = "range:";
const MOMENTS_PREFIX = "moments:";

/**
 * Runs `checkpoint` over clips and gives the largest magnitude of each channel that enters a product, and the channels' moments.
 *
 * @param clips mono 16 kHz samples of at least 400 each, already normalised if the model wants it
 * @param parts of the pack that is built: nothing is noted of convolutions that stay in float32
 */
export async function calibrate(
  checkpoint: Checkpoint,
  clips: readonly Float32Array[],
  backend: Backend,
  onSegment: (name: string) => void = () => {},
  parts: PartPrecisions = PART_PRECISIONS.q8,
): Promise<Activations> {
  const activations = new Map<string, ProductActivations>();
  const recipe = {
    checkpoint,
    activations: new Map(),
    precisions: PART_PRECISIONS.fp32,
    observe: (graph: GraphBuilder, product: string, rows: Value) => {
      if (parts.convolutions === "int8" || !isConvolution(product)) observe(graph, product, rows);
    },
  };
  let states: readonly ClipState[] = clips.map((samples) => ({ samples }));
  for await (const segment of buildBackboneSegments(recipe)) {
    if (segment.name === "final_norm") break;
    const sessions = await openSegment(segment, backend, activations);
    const context = { config: checkpoint.config, programs: sessions, breathe: async () => {} };
    const weights = weightsOf(segment);
    const next: ClipState[] = [];
    for (const state of states) next.push(await runSegment(context, segment.name, weights, state));
    states = next;
    await sessions.release();
    onSegment(segment.name);
  }
  return activations;
}

/** Adds the largest magnitude of each channel, and the moments, as two more outputs. */
function observe(graph: GraphBuilder, product: string, rows: Value): void {
  const range = graph.op("ReduceMax", [graph.op("Abs", [rows])], {
    axes: { ints: [0] },
    keepdims: { int: 0 },
  });
  graph.output(`${RANGE_PREFIX}${product}`, range, [`channels of ${product}`]);
  const moments = graph.op("MatMul", [graph.op("Transpose", [rows]), rows]);
  graph.output(`${MOMENTS_PREFIX}${product}`, moments, [
    `rows of moments of ${product}`,
    `columns of moments of ${product}`,
  ]);
}

/** State of a clip between segments: its samples, then its projected features, then its hidden state. */
interface ClipState {
  readonly samples?: Float32Array;
  readonly matrix?: Matrix;
  readonly shared?: LayerShared;
}

async function runSegment(
  context: StepContext,
  name: string,
  weights: SegmentWeights,
  { samples, matrix, shared }: ClipState,
): Promise<ClipState> {
  if (samples !== undefined) {
    const input = prepareFrontend(context.config, samples);
    const frames = { first: 0, count: frameCount(samples.length) };
    const result = await runFrontend(context, weights, input, frames, { extractFeatures: false });
    return { matrix: result.projected };
  }
  if (matrix === undefined) throw new Error(`nothing enters segment ${name}`);
  if (shared !== undefined) {
    const layer = Number(name.slice("layer.".length));
    return { matrix: await runLayer(context, weights, layer, matrix, shared, matrix), shared };
  }
  return {
    matrix: await runPositional(context, weights, matrix),
    shared: await prepareLayers(context, weights, matrix.rows),
  };
}

function weightsOf({ programs }: BuiltSegment): SegmentWeights {
  const { bytes, locations } = layOutWeights(programs);
  return new Map(programs.map(({ name }, index) => [name, viewsOf(bytes, locations[index])]));
}

/** Sessions of one segment's programs that note what they see. */
async function openSegment(
  { programs }: BuiltSegment,
  backend: Backend,
  activations: Map<string, ProductActivations>,
): Promise<Pick<ProgramSessions, "open"> & { release(): Promise<void> }> {
  const sessions = new Map<string, ProgramSession>();
  for (const program of programs) {
    const session = await backend.createSession(program.steps);
    sessions.set(program.name, observingSession(session, program, activations));
  }
  return {
    async open(name) {
      const session = sessions.get(name);
      if (session === undefined) throw new Error(`the segment has no program ${name}`);
      return session;
    },
    async release() {
      for (const session of sessions.values()) await session.release();
    },
  };
}

function observingSession(
  session: ProgramSession,
  program: BuiltProgram,
  activations: Map<string, ProductActivations>,
): ProgramSession {
  const products = program.outputs
    .filter((output) => output.startsWith(RANGE_PREFIX))
    .map((output) => output.slice(RANGE_PREFIX.length));
  const observed = products.flatMap((product) => [
    `${RANGE_PREFIX}${product}`,
    `${MOMENTS_PREFIX}${product}`,
  ]);
  return {
    async run(inputs, outputs, places) {
      const results = await session.run(inputs, [...outputs, ...observed], places);
      for (const product of products) {
        const range = results.outputs[`${RANGE_PREFIX}${product}`].data;
        const moments = results.outputs[`${MOMENTS_PREFIX}${product}`].data;
        const known = activations.get(product);
        activations.set(
          product,
          known === undefined
            ? { range, moments }
            : {
                range: known.range.map((value, at) => Math.max(value, range[at])),
                moments: known.moments.map((value, at) => value + moments[at]),
              },
        );
      }
      return results;
    },
    release: () => session.release(),
  };
}
