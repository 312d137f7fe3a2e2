/** One instance of a codec's WASM: a heap of its own, and what its C runtime asks for. */
import { damaged } from "../../faults.ts";
import { type CodecHeap, keepIdleHeap, pristineBytes, takeIdleHeap } from "./heap.ts";
import type { CodecModules, CodecName } from "./modules.ts";
import { requireCodec } from "./require.ts";
import { type Surroundings, surroundings } from "./surroundings.ts";

/** The short names that a codec's build gave to its exports and imports; `scripts/wasm/codec-packages.ts` pins the build. */
export interface CodecBinding {
  readonly codec: CodecName;
  readonly memory: string;
  readonly initialise: string;
  readonly functions: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, keyof Surroundings>>;
}

/** An instance's functions by the binding's names, and its heap, of which everything read is a copy. */
export interface CodecInstance<Binding extends CodecBinding> {
  readonly call: Readonly<Record<keyof Binding["functions"], (...args: number[]) => number>>;
  write(address: number, bytes: Uint8Array): void;
  writeUint32(address: number, value: number): void;
  uint32(address: number): number;
  float32s(address: number, count: number): Float32Array<ArrayBuffer>;
  /** Gives the instance back, to be used for another clip; nothing may be called after it. A codec that trapped is dropped. */
  release(): void;
}

/**
 * Instantiates a codec, or takes an instance that has been released.
 * @throws UndertoneError `unsupported-codec` if this build leaves the codec out. A call that makes the codec trap, abort or
 *   run out of memory throws `clip-damaged`, since only damaged clips do that.
 */
export async function instantiateCodec<Binding extends CodecBinding>(
  binding: Binding,
  codecs: CodecModules,
): Promise<CodecInstance<Binding>> {
  const module = await requireCodec(binding.codec, codecs);
  const heap = takeIdleHeap(module) ?? (await createHeap(binding, module));
  const { exports, memory } = heap;
  let isUsable = true;
  const call = renamed(binding.functions, (name) => {
    const wasmFunction = exports[name] as (...args: number[]) => number | undefined;
    return guarded(wasmFunction, () => {
      isUsable = false;
    });
  });
  return {
    call: call as CodecInstance<Binding>["call"],
    write: (address, bytes) => new Uint8Array(memory.buffer).set(bytes, address),
    writeUint32: (address, value) => new DataView(memory.buffer).setUint32(address, value, true),
    uint32: (address) => new DataView(memory.buffer).getUint32(address, true),
    float32s: (address, count) => new Float32Array(memory.buffer, address, count).slice(),
    release() {
      if (isUsable) keepIdleHeap(module, heap);
      isUsable = false;
    },
  };
}

async function createHeap(binding: CodecBinding, module: WebAssembly.Module): Promise<CodecHeap> {
  let memory = new WebAssembly.Memory({ initial: 0 });
  const available = surroundings(() => memory);
  const imports = renamed(binding.imports, (name) => available[name as keyof Surroundings]);
  const { exports } = await WebAssembly.instantiate(module, { a: imports });
  memory = exports[binding.memory] as WebAssembly.Memory;
  (exports[binding.initialise] as () => void)();
  return { exports, memory, pristine: pristineBytes(memory) };
}

function renamed<Value>(
  names: Readonly<Record<string, string>>,
  of: (name: string) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, of(name)]));
}

function guarded(
  wasmFunction: (...args: number[]) => number | undefined,
  onTrap: () => void,
): (...args: number[]) => number {
  return (...args) => {
    try {
      return wasmFunction(...args) ?? 0;
    } catch (cause) {
      onTrap();
      throw damaged("its decoder gave up on it", { cause });
    }
  };
}
