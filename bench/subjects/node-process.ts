/** Undertone and the baseline in Node's WASM backend, and native onnxruntime, each in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { MemoryUse, Subject } from "./subject.ts";

/** The model of a process: a pack's directory, or a baseline's `.onnx` file in WASM or in onnxruntime-node. */
export type NodeModel =
  | {
      readonly kind: "pack";
      readonly path: string;
      readonly threads: number;
      readonly backend?: "wasm" | "native";
    }
  | { readonly kind: "baseline"; readonly path: string }
  | { readonly kind: "native"; readonly path: string; readonly threads: number };

/** Request to the process: one clip. */
export interface NodeRequest {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly layer: number | null;
}

/** Answer of the process; `failure` instead of the rest if it failed. */
export type NodeAnswer = { readonly memory: MemoryUse } | { readonly failure: string };

/** Starts a process that serves a model, with such flags of V8; the model is loaded at the first run. */
export async function startNodeProcess(
  model: NodeModel,
  v8Flags: readonly string[] = [],
): Promise<Subject> {
  let child = await spawnChild(model, v8Flags);
  let memory: MemoryUse = { wasmHeapBytes: 0, heldBufferBytes: 0 };
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
  return {
    async run(clip, layer) {
      const answer = await ask(child, { samples: clip.samples, layer: layer ?? null });
      if ("failure" in answer) throw new Error(answer.failure);
      memory = answer.memory;
    },
    memory: async () => memory,
    async restart() {
      await stop();
      child = await spawnChild(model, v8Flags);
    },
    stop,
  };
}

async function spawnChild(model: NodeModel, v8Flags: readonly string[]): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "node-child.ts");
  const child = fork(script, [JSON.stringify(model)], {
    serialization: "advanced",
    execArgv: [...process.execArgv, ...v8Flags],
  });
  await once(child, "spawn");
  return child;
}

async function ask(child: ChildProcess, request: NodeRequest): Promise<NodeAnswer> {
  const settled = new AbortController();
  const answered = once(child, "message", settled);
  const ended = once(child, "exit", settled).then(([status]) => {
    throw new Error(`the process ended with ${status}`);
  });
  child.send(request);
  try {
    const [message] = await Promise.race([answered, ended]);
    return message as NodeAnswer;
  } finally {
    settled.abort();
    // Whichever lost the race is aborted, and nobody waits for it any more.
    Promise.allSettled([answered, ended]);
  }
}
