import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import {
  addInt8Product,
  addLinear,
  type Linear,
} from "../../../../src/model/build/programs/linear.ts";
import { addWindows, type WindowShape } from "../../../../src/model/build/programs/windows.ts";
import { type GraphBuilder, graphBuilder, type Value } from "../../../../src/model/onnx/builder.ts";
import { openProgram } from "../../../support/model/open-program.ts";
import { relativeError, waves } from "../../../support/model/signals.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend();
});

async function run(
  frames: Float32Array,
  channels: number,
  add: (graph: GraphBuilder, frames: Value) => Value,
): Promise<Float32Array> {
  const graph = graphBuilder("convolution");
  const input = graph.input("frames", "float32", ["n", channels]);
  graph.output("result", add(graph, input), ["m", "outputs"]);
  const { session, weights } = await openProgram(backend, graph.build());
  const shape = [frames.length / channels, channels];
  const feeds = { frames: { type: "float32", shape, data: frames } as const, ...weights };
  return (await session.run(feeds, ["result"])).outputs.result.data;
}

/** WavLM's convolutions, and one whose channels fill no whole sweep of the kernel. */
const SHAPES: WindowShape[] = [
  { channels: 64, kernel: 3, stride: 2 },
  { channels: 64, kernel: 2, stride: 2 },
  { channels: 20, kernel: 3, stride: 2 },
];

describe.each(SHAPES)("an int8 convolution of $channels channels, kernel $kernel", (shape) => {
  const { channels, kernel } = shape;
  const linear: Linear = {
    weight: { shape: [kernel * channels, 10], data: waves(kernel * channels * 10, 0.7) },
    bias: waves(10, 2.1),
  };
  // Frames of very different loudness, each of which has its own range.
  const frames = waves(41 * channels, 0.31).map(
    (value, index) => value * 10 ** -(Math.floor(index / channels) % 3),
  );

  it("is within its bits' worth of the product with float32 windows", async () => {
    const exact = await run(frames, channels, (graph, rows) =>
      addLinear(graph, addWindows(graph, rows, shape), linear),
    );
    const quantized = await run(frames, channels, (graph, rows) =>
      addInt8Product(graph, rows, linear, shape),
    );
    expect(quantized.length).toBe(exact.length);
    expect(relativeError(quantized, exact)).toBeLessThan(0.01);
  });

  it("applies GELU to its input where asked", async () => {
    const exact = await run(frames, channels, (graph, rows) =>
      addLinear(graph, addWindows(graph, graph.microsoft("Gelu", [rows]), shape), linear),
    );
    const quantized = await run(frames, channels, (graph, rows) =>
      addInt8Product(graph, rows, linear, shape, { gelu: true }),
    );
    expect(relativeError(quantized, exact)).toBeLessThan(0.01);
  });
});
