/** Tensors as views of storages: checked before any of their bytes is read. */
import { invalidPickle } from "../pickle/refusals.ts";
import type { PickleValue, StoredTensor, TensorStorage } from "../pickle/values.ts";

/** Convolutions have 3 dimensions, and the gate's constant 4. */
const MAX_RANK = 8;

/**
 * A view of `storage` that lies inside it and has no more elements than it.
 * @throws UndertoneError `checkpoint-invalid` otherwise, or if a count is none.
 */
export function tensorView(
  storage: TensorStorage,
  offset: PickleValue | undefined,
  shape: readonly PickleValue[],
  strides: readonly PickleValue[],
): StoredTensor {
  if (shape.length !== strides.length || shape.length > MAX_RANK) {
    throw invalidPickle(`has a tensor of ${shape.length} sizes and ${strides.length} strides`);
  }
  const view: StoredTensor = {
    kind: "tensor",
    storage,
    offset: count(offset),
    shape: shape.map(count),
    strides: strides.map(count),
  };
  const { elements } = storage;
  // A stride of 0 would make a few stored bytes as many elements as one likes.
  if (elementCount(view) > elements || view.offset + spanOf(view) > elements) {
    throw invalidPickle(
      `has a tensor [${view.shape}] with strides [${view.strides}] from ${view.offset} on, outside its storage of ${elements}`,
    );
  }
  return view;
}

/** The number of elements of a view. */
export function elementCount({ shape }: StoredTensor): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The number of elements of the storage from the view's first to its last, both included. */
export function spanOf(view: StoredTensor): number {
  if (elementCount(view) === 0) return 0;
  return view.shape.reduce(
    (span, length, axis) => span + (length - 1) * (view.strides[axis] ?? 0),
    1,
  );
}

/** True if the elements lie in the storage as they are counted, without gaps. */
export function isContiguous({ shape, strides }: StoredTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 0;
    if (length !== 1 && strides[axis] !== expected) return false;
    expected *= length;
  }
  return true;
}

/**
 * Puts the elements of a view in order. `span` holds the bytes of its storage from its first element to its last one.
 */
export function gather(span: Uint8Array<ArrayBuffer>, view: StoredTensor): Uint8Array<ArrayBuffer> {
  const { bytes } = view.storage.element;
  const Words = bytes === 4 ? Uint32Array : Uint16Array;
  const source = new Words(span.buffer, span.byteOffset, span.byteLength / bytes);
  const target = new Words(elementCount(view));
  const index = new Array<number>(view.shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from] ?? 0;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const stride = view.strides[axis] ?? 0;
      from += stride;
      index[axis] = (index[axis] ?? 0) + 1;
      if (index[axis] !== view.shape[axis]) break;
      from -= stride * (view.shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return new Uint8Array(target.buffer);
}

function count(value: PickleValue | undefined): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidPickle("has a tensor whose offset, size or stride is not a count");
}
