/** Captures the bytes that a package compiles as WebAssembly: packages that carry WASM as text decode it only to compile it. */

import { bytesOf } from "../../src/bytes.ts";

const known = new Map<() => Promise<unknown>, Promise<Uint8Array[]>>();
let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Runs `start` and gives the bytes of every module compiled meanwhile. It runs one `start` at a time, and each once, since
 * packages keep what they have compiled.
 */
export function compiledWasm(start: () => Promise<unknown>): Promise<Uint8Array[]> {
  const before = known.get(start);
  if (before !== undefined) return before;
  const turn = lastTurn.then(() => compiledMeanwhile(start));
  lastTurn = turn.catch(() => {});
  known.set(start, turn);
  return turn;
}

async function compiledMeanwhile(start: () => Promise<unknown>): Promise<Uint8Array[]> {
  const { compile, instantiate } = WebAssembly;
  const compiled: Uint8Array[] = [];
  const keep = (source: WebAssembly.Module | BufferSource) => {
    if (source instanceof WebAssembly.Module) return;
    compiled.push((ArrayBuffer.isView(source) ? bytesOf(source) : new Uint8Array(source)).slice());
  };
  const watch = <Arguments extends [WebAssembly.Module | BufferSource, ...unknown[]], Result>(
    original: (...args: Arguments) => Result,
  ) => {
    return (...args: Arguments): Result => {
      keep(args[0]);
      return original(...args);
    };
  };
  WebAssembly.compile = watch(compile);
  WebAssembly.instantiate = watch(instantiate) as typeof instantiate;
  try {
    await start();
  } finally {
    Object.assign(WebAssembly, { compile, instantiate });
  }
  return compiled;
}
