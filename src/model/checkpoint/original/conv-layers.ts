/** The convolution stack as the original WavLM writes it: a Python expression, of which only lists are understood. */
import { UndertoneError } from "../../../errors.ts";

/** Output channels, kernel and stride of one convolution. */
export type ConvLayer = readonly [channels: number, kernel: number, stride: number];

const LIST = /^\[((?:\(\d{1,5},\d{1,5},\d{1,5}\),?)+)\](?:\*(\d{1,2}))?$/;
const TUPLE = /\((\d+),(\d+),(\d+)\)/g;
const MAX_LAYERS = 64;

/**
 * Reads such as `[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2`.
 * @throws UndertoneError `checkpoint-unsupported` for any other expression.
 */
export function parseConvLayers(expression: string): ConvLayer[] {
  const terms = expression.replace(/\s+/g, "").split("+");
  const layers = terms.flatMap((term) => {
    const [, tuples, times = "1"] = LIST.exec(term) ?? [];
    if (tuples === undefined) throw notUnderstood(expression);
    const list = [...tuples.matchAll(TUPLE)].map(
      ([, channels, kernel, stride]): ConvLayer => [
        Number(channels),
        Number(kernel),
        Number(stride),
      ],
    );
    return Array.from({ length: Number(times) }, () => list).flat();
  });
  if (layers.length === 0 || layers.length > MAX_LAYERS) throw notUnderstood(expression);
  return layers;
}

function notUnderstood(expression: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-unsupported",
    `The checkpoint's conv_feature_layers ${JSON.stringify(expression.slice(0, 100))} are not lists of (channels, kernel, stride).`,
    { fields: ["conv_feature_layers"] },
  );
}
