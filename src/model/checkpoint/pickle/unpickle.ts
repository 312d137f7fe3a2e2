/**
 * Reads pickles without running them: classes come from an allow-list and only make plain data; work, memory and nesting
 * are bounded by the length of the pickle and by constants.
 */
import { pickleCursor } from "./cursor.ts";
import { OPCODES, type PickleMachine, STOP } from "./opcodes.ts";
import { unsafeOpcode, unsafePickle } from "./refusals.ts";
import { pickleStack } from "./stack.ts";
import type { PickleClass, PickleValue } from "./values.ts";

/** A WavLM Large takes some 15,000. */
const MAX_OPCODES = 250_000;

/** Pickles hold names and sizes, never the numbers; those of WavLMs are below 100 kB. */
export const MAX_PICKLE_BYTES = 16 * 1024 * 1024;

/** References that a pickle may make. */
export interface UnpickleOptions {
  readonly classes: ReadonlyMap<string, PickleClass>;
  loadPersistent(id: PickleValue): PickleValue;
}

/**
 * Reads the pickle that begins at `start` of `source`; `end` is where it stops.
 * @throws UndertoneError `checkpoint-unsafe` naming a class or opcode beyond what tensors need, or for too much of
 *   anything; `checkpoint-invalid` for what is no pickle.
 */
export function unpickle(
  source: Uint8Array,
  start: number,
  { classes, loadPersistent }: UnpickleOptions,
): { value: PickleValue; end: number } {
  const machine: PickleMachine = {
    cursor: pickleCursor(source, start),
    stack: pickleStack(),
    loadPersistent,
    findClass: (module, name) => {
      const found = classes.get(`${module}.${name}`);
      if (found === undefined) {
        throw unsafePickle(`asks for ${module}.${name}, which no tensor needs`, {
          class: `${module}.${name}`,
        });
      }
      return found;
    },
  };
  const { cursor, stack } = machine;
  for (let count = 0; count < MAX_OPCODES; count++) {
    const at = cursor.position;
    const opcode = cursor.u8();
    if (opcode === STOP) return { value: stack.pop(), end: cursor.position };
    const run = OPCODES.get(opcode);
    if (run === undefined) throw unsafeOpcode(opcode, at);
    run(machine);
  }
  throw unsafePickle(`has more than ${MAX_OPCODES} opcodes`);
}
