/** Finds a module's tensors among a file's, whatever their names begin with. */
import { addName } from "../files/add-name.ts";
import type { TensorShapes } from "./expected-tensors.ts";

/** Tensors of a file that stand under one prefix. */
export interface PrefixGroup {
  /** Ends in a dot, or is empty. */
  readonly prefix: string;
  /** The file's names by those of the module. */
  readonly names: Map<string, string>;
}

/** Modules hold modules, but no name of a tensor needs more parts in front. */
const MAX_PREFIX_PARTS = 12;

/**
 * Groups by prefix those tensors whose names, after a prefix, are among `expected`, as `rename` writes them; the largest group
 * comes first.
 * @throws UndertoneError `checkpoint-invalid` if two names of a group mean the same tensor.
 */
export function groupByPrefix(
  fileNames: Iterable<string>,
  expected: TensorShapes,
  rename: (name: string) => string = (name) => name,
): PrefixGroup[] {
  const groups = new Map<string, PrefixGroup>();
  for (const fileName of fileNames) {
    for (const start of partStarts(fileName)) {
      const name = rename(fileName.slice(start));
      if (!expected.has(name)) continue;
      const prefix = fileName.slice(0, start);
      const group = groups.get(prefix) ?? { prefix, names: new Map() };
      groups.set(prefix, group);
      addName(group.names, name, fileName);
    }
  }
  return [...groups.values()].sort((a, b) => b.names.size - a.names.size);
}

/** True if a group has every tensor of `expected`, in its shape. */
export function isWhole(
  { names }: PrefixGroup,
  expected: TensorShapes,
  shapes: TensorShapes,
): boolean {
  return [...expected].every(([name, shape]) => {
    const found = shapes.get(names.get(name) ?? "");
    return found !== undefined && found.join() === shape.join();
  });
}

function* partStarts(name: string): Generator<number> {
  let start = 0;
  for (let parts = 0; parts <= MAX_PREFIX_PARTS; parts++) {
    yield start;
    start = name.indexOf(".", start) + 1;
    if (start === 0) return;
  }
}
