/** Weights in the heap, kept from one run of a program to the next: all blocks of a clip use the same ones. */
import type { BackendTensor } from "../backend.ts";
import { copyTensor, type HeapMemory } from "./heap-memory.ts";
import type { HeapValue } from "./heap-value.ts";

/** The constants of the program that ran last; room for those of one program is all that the heap has. */
export interface HeapConstants {
  /** Puts `tensors` into the heap, copying only those that are not there yet, and gives up all others. */
  hold(tensors: readonly BackendTensor[]): HeapValue[];
}

/** Prepares an instance's constants; what it holds stays its own: freeing it does nothing. */
export function heapConstants(heap: HeapMemory): HeapConstants {
  // Weak, so that a copy in the heap does not keep a streamed segment's blob in memory.
  let copies = new WeakMap<BackendTensor, HeapValue>();
  let held: readonly HeapValue[] = [];
  return {
    hold(tensors) {
      const known = tensors.map((tensor) => copies.get(tensor));
      for (const value of held) if (!known.includes(value)) value.free();
      copies = new WeakMap();
      held = tensors.map((tensor, index) => {
        const value = known[index] ?? copyTensor(heap, tensor);
        copies.set(tensor, value);
        return value;
      });
      return held.map((value) => ({ ...value, free: () => {} }));
    },
  };
}
