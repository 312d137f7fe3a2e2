/** Numbers of answers as typed arrays. */
import type { Schemas } from "./api.ts";

/** One output of a model. */
export interface Layer {
  /** `hidden_states.N`, `last_hidden_state`, `extract_features` or `weighted`. */
  readonly name: string;
  /** N of `hidden_states.N`. */
  readonly index?: number;
  /** `[frames, width]`; once pooled, `[width]`, or `[2 · width]` by mean_std. */
  readonly shape: readonly number[];
  /** Row by row. */
  readonly data: Float32Array;
}

/** Features of a clip. */
export type Features = Omit<Schemas["Features"], "layers"> & { readonly layers: readonly Layer[] };

/** The vector of a clip. */
export type Embedding = Omit<Schemas["Embedding"], "embedding"> & {
  readonly embedding: Float32Array;
};

/** Features with their numbers as arrays, however JSON has them. */
export function decodeFeatures({ layers, ...rest }: Schemas["Features"]): Features {
  return { ...rest, layers: layers.map(decodeLayer) };
}

/** An embedding with its numbers as an array. */
export function decodeEmbedding({ embedding, ...rest }: Schemas["Embedding"]): Embedding {
  return { ...rest, embedding: Float32Array.from(embedding) };
}

function decodeLayer({
  name,
  index,
  shape,
  dtype,
  data,
}: Schemas["Features"]["layers"][number]): Layer {
  if (typeof data === "string" && dtype !== "f32") {
    throw new TypeError(`${name} is ${dtype} in base64: leave dtype out to get Float32Arrays.`);
  }
  const values = typeof data === "string" ? floatsOf(data) : Float32Array.from(data.flat());
  return { name, ...(index !== undefined && { index }), shape, data: values };
}

/** Little-endian float32 numbers in base64, on machines of either order of bytes. */
function floatsOf(base64: string): Float32Array {
  const binary = atob(base64);
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let at = 0; at < binary.length; at++) view.setUint8(at, binary.charCodeAt(at));
  const values = new Float32Array(binary.length / Float32Array.BYTES_PER_ELEMENT);
  for (let at = 0; at < values.length; at++) values[at] = view.getFloat32(at * 4, true);
  return values;
}
