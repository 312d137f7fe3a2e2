/** Giving way: long work of any layer lets other work in, in every runtime. */

/** Settles after everything else that can be done now; what nobody holds any more can be collected meanwhile. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    // Node's timers take at least a millisecond.
    if (setImmediateOrNone !== undefined) setImmediateOrNone(resolve);
    else setTimeout(resolve, 0);
  });
}

const { setImmediate: setImmediateOrNone } = globalThis as {
  readonly setImmediate?: (callback: () => void) => unknown;
};
