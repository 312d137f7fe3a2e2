/** An engine's thread that has chosen WASM, for a reason that no other would find. */
import { parentPort, workerData } from "node:worker_threads";
import type { BackendReport, SetAside } from "../../../src/model/backend/report.ts";
import type { EngineReply } from "../../../src/platform/node/engines/messages.ts";

const setAside = workerData as readonly SetAside[];
const report: BackendReport = {
  ...{ backend: "wasm", threads: 1, adapter: null, losses: 0 },
  setAside,
};
const event = { event: "backend-chosen", backend: "wasm", set_aside: setAside } as const;
parentPort?.postMessage({ kind: "backend", event, report } satisfies EngineReply);
parentPort?.on("message", ({ kind }) => {
  if (kind === "close") parentPort?.close();
});
