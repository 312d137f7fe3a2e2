/** Windows of consecutive frames, laid side by side so that a convolution becomes a matrix product. */
import type { GraphBuilder, Value } from "../../onnx/builder.ts";

/** Kernel size and stride of a convolution. */
export interface WindowShape {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
}

/** Lays `kernel` frames side by side every `stride` frames: [t, channels] → [(t − kernel) / stride + 1, kernel · channels]. */
export function addWindows(graph: GraphBuilder, frames: Value, shape: WindowShape): Value {
  const { kernel, stride } = shape;
  const frameCount = graph.op("Slice", [graph.op("Shape", [frames]), graph.ints(0), graph.ints(1)]);
  const windowCount = graph.op("Div", [
    graph.op("Sub", [frameCount, graph.ints(kernel - stride)]),
    graph.ints(stride),
  ]);
  const span = graph.op("Mul", [windowCount, graph.ints(stride)]);
  const parts: Value[] = [];
  for (let first = 0; first < kernel; first += stride) {
    if (first + stride <= kernel) parts.push(addBlocks(graph, frames, span, first, shape));
    else parts.push(...addColumns(graph, frames, span, first, shape));
  }
  return parts.length === 1 ? parts[0] : graph.op("Concat", parts, { axis: { int: 1 } });
}

/** Frames first … first + stride − 1 of every window, which lie end to end already. */
function addBlocks(
  graph: GraphBuilder,
  frames: Value,
  span: Value,
  first: number,
  shape: WindowShape,
): Value {
  const end = graph.op("Add", [span, graph.ints(first)]);
  const blocks = graph.op("Slice", [frames, graph.ints(first), end, graph.ints(0)]);
  return graph.op("Reshape", [blocks, graph.ints(-1, shape.stride * shape.channels)]);
}

/** Frames first … kernel − 1 of every window, one at a time. */
function addColumns(
  graph: GraphBuilder,
  frames: Value,
  span: Value,
  first: number,
  shape: WindowShape,
): Value[] {
  return Array.from({ length: shape.kernel - first }, (_, offset) => {
    const start = first + offset;
    const end = graph.op("Add", [span, graph.ints(start)]);
    return graph.op("Slice", [
      frames,
      graph.ints(start),
      end,
      graph.ints(0),
      graph.ints(shape.stride),
    ]);
  });
}
