/** Ranges of activations, from running a model in float32 over calibration clips. */
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
import { type ActivationRanges, PART_PRECISIONS } from "../recipe.ts";
import type { BuiltSegment } from "../segment.ts";
import { buildBackboneSegments } from "../segments.ts";

/** Outputs of observing programs begin so, and end with the product's name. */
const RANGE_PREFIX = "range:";

/**
 * Runs `checkpoint` over clips and gives the largest magnitude of each channel that enters a product.
 *
 * @param clips mono 16 kHz samples of at least 400 each, already normalised if the model wants it
 */
export async function calibrate(
  checkpoint: Checkpoint,
  clips: readonly Float32Array[],
  backend: Backend,
  onSegment: (name: string) => void = () => {},
): Promise<ActivationRanges> {
  const ranges = new Map<string, Float32Array>();
  const recipe = { checkpoint, ranges: new Map(), precisions: PART_PRECISIONS.fp32, observe };
  let states: readonly ClipState[] = clips.map((samples) => ({ samples }));
  for await (const segment of buildBackboneSegments(recipe)) {
    if (segment.name === "final_norm") break;
    const sessions = await openSegment(segment, backend, ranges);
    const context = { config: checkpoint.config, programs: sessions, breathe: async () => {} };
    const weights = weightsOf(segment);
    const next: ClipState[] = [];
    for (const state of states) next.push(await runSegment(context, segment.name, weights, state));
    states = next;
    await sessions.release();
    onSegment(segment.name);
  }
  return ranges;
}

/** Adds the largest magnitude of each channel as one more output. */
function observe(graph: GraphBuilder, product: string, rows: Value): void {
  const range = graph.op("ReduceMax", [graph.op("Abs", [rows])], {
    axes: { ints: [0] },
    keepdims: { int: 0 },
  });
  graph.output(`${RANGE_PREFIX}${product}`, range, ["channels"]);
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
  if (shared !== undefined)
    return { matrix: await runLayer(context, weights, matrix, shared), shared };
  return {
    matrix: await runPositional(context, weights, matrix),
    shared: await prepareLayers(context, weights, matrix.rows),
  };
}

function weightsOf({ programs }: BuiltSegment): SegmentWeights {
  const { bytes, locations } = layOutWeights(programs);
  return new Map(programs.map(({ name }, index) => [name, viewsOf(bytes, locations[index])]));
}

/** Sessions of one segment's programs that note the ranges they see. */
async function openSegment(
  { programs }: BuiltSegment,
  backend: Backend,
  ranges: Map<string, Float32Array>,
): Promise<Pick<ProgramSessions, "open"> & { release(): Promise<void> }> {
  const sessions = new Map<string, ProgramSession>();
  for (const program of programs) {
    const session = await backend.createSession(program.steps);
    sessions.set(program.name, observingSession(session, program, ranges));
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
  ranges: Map<string, Float32Array>,
): ProgramSession {
  const observed = program.outputs.filter((output) => output.startsWith(RANGE_PREFIX));
  return {
    async run(inputs, outputs, places) {
      const results = await session.run(inputs, [...outputs, ...observed], places);
      for (const output of observed) {
        const product = output.slice(RANGE_PREFIX.length);
        const known = ranges.get(product);
        const seen = results.outputs[output].data;
        ranges.set(product, known ? known.map((value, at) => Math.max(value, seen[at])) : seen);
      }
      return results;
    },
    release: () => session.release(),
  };
}
