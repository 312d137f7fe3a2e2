/** Prints the SHA-256 of many int8 products by the build of the kernels that the argument names, and how they were computed. */
import { createHash } from "node:crypto";
import { PANEL_OUTPUTS } from "../../../kernels/shared/layout.ts";
import { kernelsOf, spread, type VARIANTS } from "./open-kernels.ts";

const SHAPES = [
  { windows: 7, channels: 96, taps: 1, stride: 1, outputs: 13 },
  { windows: 19, channels: 64, taps: 3, stride: 2, outputs: 8 },
  { windows: 33, channels: 768, taps: 2, stride: 2, outputs: 5 },
];

const { kernels, heap } = kernelsOf[process.argv[2] as (typeof VARIANTS)[number]];
const hash = createHash("sha256");
for (const { windows, channels, taps, stride, outputs } of SHAPES) {
  heap.reset();
  const frames = (windows - 1) * stride + taps;
  const padded = Math.ceil(outputs / PANEL_OUTPUTS) * PANEL_OUTPUTS;
  const reals = (length: number, seed: number) =>
    heap.put(Float32Array.from(spread(length, -9999, 9999, seed), (value) => value / 1000));
  const results = heap.floats(windows * outputs);
  kernels.int8Product(
    heap.put(Uint8Array.from(spread(frames * channels, 0, 127, 1))),
    reals(frames, 2),
    reals(frames, 3),
    windows,
    channels,
    taps,
    stride,
    // The largest products there are among them.
    heap.put(Int8Array.from(spread(padded * taps * channels, -128, 127, 4))),
    reals(padded, 5),
    reals(taps * padded, 6),
    reals(padded, 7),
    outputs,
    results.address,
  );
  hash.update(results.read());
}
const usesDotProduct = kernels.usesDotProduct() === 1;
console.log(JSON.stringify({ usesDotProduct, sha256: hash.digest("hex") }));
