/** Values of a pickle of tensors, as plain data: nothing in it can be run. */

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleSequence
  | PickleDict
  | PickleClass
  | TensorStorage
  | StoredTensor;

/** A tuple (fixed) or a list (filled after it was made). */
export interface PickleSequence {
  readonly kind: "tuple" | "list";
  readonly items: PickleValue[];
  /** Depth of nested containers, this one included. */
  depth: number;
}

/** A dict or an OrderedDict. */
export interface PickleDict {
  readonly kind: "dict";
  readonly entries: Map<PickleValue, PickleValue>;
  depth: number;
}

/** A class or function of the allow-list: `call` makes plain data of the arguments. */
export interface PickleClass {
  readonly kind: "class";
  /** As Python names it, such as `torch.FloatStorage`. */
  readonly name: string;
  call(args: readonly PickleValue[]): PickleValue;
  /** True if instances are made without a call and filled with their state, as those of plain classes are. */
  readonly isRecord?: boolean;
  /** Element type, if it is a class of storages. */
  readonly element?: ElementType;
}

/** A type of element: its name in safetensors, and its size. */
export interface ElementType {
  readonly dtype: string;
  readonly bytes: number;
}

/** A storage: one part of the file, which many tensors may share. */
export interface TensorStorage {
  readonly kind: "storage";
  readonly key: string;
  readonly element: ElementType;
  readonly elements: number;
}

/** A view of a storage; offset and strides are counts of elements. */
export interface StoredTensor {
  readonly kind: "tensor";
  readonly storage: TensorStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** True if a value is of that kind. */
export function isKind<Kind extends "tuple" | "list" | "dict" | "class" | "storage" | "tensor">(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<PickleValue, { kind: unknown }> & { kind: Kind } {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}
