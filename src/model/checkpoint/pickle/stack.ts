/** The stack and memo that a pickle's opcodes work on. */
import { invalidPickle, unsafePickle } from "./refusals.ts";
import { isKind, type PickleDict, type PickleSequence, type PickleValue } from "./values.ts";

/** Deeper than any state_dict; what reads values need not fear for its own stack. */
const MAX_DEPTH = 32;

/** Values in the making. */
export interface PickleStack {
  push(value: PickleValue): void;
  /** @throws UndertoneError `checkpoint-invalid`, as all of these do, if there is nothing to take. */
  pop(): PickleValue;
  top(): PickleValue;
  mark(): void;
  /** Takes everything above the last mark, and the mark. */
  popToMark(): PickleValue[];
  remember(index: number): void;
  rememberNext(): void;
  recall(index: number): PickleValue;
}

/** An empty stack with an empty memo. */
export function pickleStack(): PickleStack {
  const values: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  const top = (): PickleValue => {
    const value = values.length > (marks.at(-1) ?? 0) ? values.at(-1) : undefined;
    if (value === undefined) throw invalidPickle("pops a value from an empty stack");
    return value;
  };
  return {
    push: (value) => void values.push(value),
    top,
    pop: () => {
      const value = top();
      values.pop();
      return value;
    },
    mark: () => void marks.push(values.length),
    popToMark: () => {
      const mark = marks.pop();
      if (mark === undefined) throw invalidPickle("uses a mark that was not set");
      return values.splice(mark);
    },
    remember: (index) => void memo.set(index, top()),
    rememberNext: () => void memo.set(memo.size, top()),
    recall: (index) => {
      const value = memo.get(index);
      if (value === undefined) throw invalidPickle("reads a memo entry that was not stored");
      return value;
    },
  };
}

/**
 * A tuple or list of `items`.
 * @throws UndertoneError `checkpoint-unsafe` if containers are nested too deeply, as `append` and `setItems` do.
 */
export function sequence(kind: "tuple" | "list", items: PickleValue[]): PickleSequence {
  return { kind, items, depth: depthAbove(items, 1) };
}

/** A dict of alternating keys and values. */
export function dict(keysAndValues: readonly PickleValue[] = []): PickleDict {
  const made: PickleDict = { kind: "dict", entries: new Map(), depth: 1 };
  setItems(made, keysAndValues);
  return made;
}

/** Adds `items` to a list. */
export function append(target: PickleValue, items: readonly PickleValue[]): void {
  if (!isKind(target, "list")) throw invalidPickle("appends to something that is not a list");
  for (const item of items) target.items.push(item);
  target.depth = depthAbove(items, target.depth);
}

/** Adds alternating keys and values to a dict. */
export function setItems(target: PickleValue, keysAndValues: readonly PickleValue[]): void {
  if (!isKind(target, "dict")) throw invalidPickle("sets items of something that is not a dict");
  if (keysAndValues.length % 2 === 1) throw invalidPickle("has a key without a value");
  for (let index = 0; index < keysAndValues.length; index += 2) {
    target.entries.set(keysAndValues[index] ?? null, keysAndValues[index + 1] ?? null);
  }
  target.depth = depthAbove(keysAndValues, target.depth);
}

function depthAbove(items: readonly PickleValue[], least: number): number {
  let depth = least;
  for (const item of items) {
    if (isKind(item, "tuple") || isKind(item, "list") || isKind(item, "dict")) {
      depth = Math.max(depth, item.depth + 1);
    }
  }
  if (depth > MAX_DEPTH) throw unsafePickle(`nests more than ${MAX_DEPTH} values in one another`);
  return depth;
}
