/**
 * The memory of an isolate, as workerd's inspector tells it: V8's heap, array buffers, and the WASM memories, which V8 counts
 * nowhere. The Worker has to be booted with `WATCH_WASM` as its prelude.
 */

/** Statements that run before a Worker's own, and note every WASM memory that is made. */
export const WATCH_WASM = `
  {
    const memories = new Set();
    const note = (memory) => memories.add(new WeakRef(memory));
    const noteExports = ({ exports }) => Object.values(exports).forEach((value) => value instanceof Memory && note(value));
    const { Memory, Instance, instantiate } = WebAssembly;
    WebAssembly.Memory = class extends Memory {
      constructor(descriptor) {
        super(descriptor);
        note(this);
      }
      static [Symbol.hasInstance](value) {
        return value instanceof Memory;
      }
    };
    WebAssembly.Instance = class extends Instance {
      constructor(...args) {
        super(...args);
        noteExports(this);
      }
    };
    WebAssembly.instantiate = async (...args) => {
      const made = await instantiate(...args);
      noteExports(made.instance ?? made);
      return made;
    };
    globalThis.wasmBytes = () => {
      const alive = new Set([...memories].map((memory) => memory.deref()).filter(Boolean));
      return [...alive].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    };
  }
`;

/** What an isolate held at one moment, in bytes. */
export interface IsolateMemory {
  /** V8's heap in use. */
  readonly heapBytes: number;
  /** Array buffers. */
  readonly bufferBytes: number;
  readonly wasmBytes: number;
  /** All of it. */
  readonly totalBytes: number;
}

/** Watches one isolate. */
export interface IsolateWatch {
  /**
   * Asks now; while the isolate computes the answer waits for its next breath.
   * @param isCollected true to collect garbage before, so that only what is held is counted
   */
  sample(isCollected?: boolean): Promise<IsolateMemory>;
  close(): void;
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface ContextCreated {
  readonly method: string;
  readonly params: { readonly context: { readonly id: number } };
}

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

/**
 * Connects to the isolate of the Worker `name`.
 * @throws Error if there is none
 */
export async function watchIsolate(inspectorUrl: URL, name: string): Promise<IsolateWatch> {
  const address = new URL("/json", inspectorUrl);
  address.protocol = "http:";
  const targets: { id: string; webSocketDebuggerUrl: string }[] = await (
    await fetch(address)
  ).json();
  const target = targets.find(({ id }) => id.endsWith(`user:${name}`) || id === name);
  if (target === undefined) throw new Error(`the inspector has no isolate of ${name}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const pending = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  let contextId: number | undefined;
  socket.addEventListener("message", ({ data }) => {
    const reply: Reply & ContextCreated = JSON.parse(String(data));
    if (reply.method === "Runtime.executionContextCreated") contextId = reply.params.context.id;
    pending.get(reply.id)?.(reply);
    pending.delete(reply.id);
  });
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++lastId;
    const reply = await new Promise<Reply>((resolve) => {
      pending.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result;
  };
  // Only then is it told which contexts there are.
  await call("Runtime.enable");
  return {
    async sample(isCollected = false) {
      if (isCollected) await call("HeapProfiler.collectGarbage");
      const [usage, wasm] = await Promise.all([
        call("Runtime.getHeapUsage") as Promise<HeapUsage>,
        call("Runtime.evaluate", { expression: "wasmBytes()", contextId }) as Promise<{
          result: { value: number };
        }>,
      ]);
      const heapBytes = usage.usedSize + usage.embedderHeapUsedSize;
      const bufferBytes = usage.backingStorageSize;
      const wasmBytes = wasm.result.value;
      return { heapBytes, bufferBytes, wasmBytes, totalBytes: heapBytes + bufferBytes + wasmBytes };
    },
    close: () => socket.close(),
  };
}
