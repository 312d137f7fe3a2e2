/** Experiments with Node: its threads, native onnxruntime beside it, and the server's ear for others while it computes. */
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPack } from "../../src/cli/commands/pack-install.ts";
import { startNodeServer } from "../../support/runtimes/node.ts";
import { SILENT } from "../models.ts";
import type { Finding } from "../rows.ts";
import { type Clip, speechLikeClip } from "../speech-clip.ts";
import { medianTimes, percentile, timed } from "../statistics.ts";
import type { Experiment } from "./experiment.ts";
import { ratioOf, runOf } from "./timing.ts";

const CLIP_SECONDS = 10;
const SHORT_SECONDS = 5;
const LONG_SECONDS = 30;
const HEALTH_INTERVAL_MS = 10;

/** Speed-up by a second thread, beside that of two independent processes. */
export const threads: Experiment = {
  answers: ["threads"],
  async run(bench) {
    const clip = speechLikeClip(CLIP_SECONDS);
    const one = runOf(await bench.nodeService(1), clip);
    const other = runOf(await bench.nodeService(1, "beside another"), clip);
    const two = runOf(await bench.nodeService(2), clip);
    const both = () => timed(() => Promise.all([one(), other()]));
    const times = await medianTimes({ one, two, both }, bench.options);
    const { value, detail } = ratioOf(times.one, times.two);
    const processes = `two processes: ${((2 * times.one) / times.both).toFixed(2)} ×`;
    return {
      findings: [{ row: "threads", measured: { value, detail: `${detail}; ${processes}` } }],
    };
  },
};

/** Time in WASM against native onnxruntime. */
export const native: Experiment = {
  answers: ["native"],
  async run(bench) {
    const clip = speechLikeClip(CLIP_SECONDS);
    const own = runOf(await bench.nodeService(1), clip);
    const reference = runOf(await bench.native("none", 1), clip);
    const times = await medianTimes({ own, reference }, bench.options);
    return { findings: [{ row: "native", measured: ratioOf(times.own, times.reference) }] };
  },
};

/** Time in WASM against native onnxruntime's fastest integers. */
export const nativeIntegers: Experiment = {
  answers: ["native-int8"],
  async run(bench) {
    const clip = speechLikeClip(SHORT_SECONDS);
    const own = runOf(await bench.nodeService(1), clip);
    const reference = runOf(await bench.native("matmul-int8", 1), clip);
    const times = await medianTimes({ own, reference }, bench.options);
    const { value, detail } = ratioOf(times.own, times.reference);
    const measured = { value, detail: `${detail}, ${bench.baselineOrigin("matmul-int8")}` };
    return { findings: [{ row: "native-int8", measured }] };
  },
};

/** The native backend against the fastest whole graph in the same library. */
export const nativeBackend: Experiment = {
  answers: ["native-backend", "native-backend-2"],
  async run(bench) {
    const clip = speechLikeClip(SHORT_SECONDS);
    const findings: Finding[] = [];
    for (const [threads, row] of [
      [1, "native-backend"],
      [2, "native-backend-2"],
    ] as const) {
      const own = runOf(await bench.nativeService(threads), clip);
      const floats = runOf(await bench.native("none", threads), clip);
      const integers = runOf(await bench.native("matmul-int8", threads), clip);
      const times = await medianTimes({ own, floats, integers }, bench.options);
      const fastest = Math.min(times.floats, times.integers);
      findings.push({ row, measured: ratioOf(times.own, fastest) });
    }
    return { findings };
  },
};

/** Latency of /healthz while clips are computed. */
export const health: Experiment = {
  answers: ["health"],
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), "undertone-bench-node-"));
    const { directory } = await bench.basePack();
    await installPack(directory, { directory: join(folder, "packs") }, SILENT);
    const server = await startNodeServer({
      PACKS: join(folder, "packs"),
      DATA: join(folder, "data"),
      UNDERTONE_OPEN: "1",
    });
    try {
      const { repeats, warmUps } = bench.options;
      const clip = speechLikeClip(LONG_SECONDS);
      for (let run = 0; run < warmUps; run++) await postClip(server.url, clip);
      const latencies = await healthWhile(server.url, async () => {
        for (let run = 0; run < repeats; run++) await postClip(server.url, clip);
      });
      const slowest = `slowest of ${latencies.length}: ${Math.max(...latencies).toFixed(0)} ms`;
      const measured = { value: percentile(latencies, 0.99), detail: slowest };
      return { findings: [{ row: "health", measured }] };
    } finally {
      server.process.kill();
      await server.ended;
      await rm(folder, { recursive: true });
    }
  },
};

async function postClip(url: string, { wav }: Clip): Promise<void> {
  // The second run of a clip would be a kept answer else.
  const headers = { "Cache-Control": "no-store" };
  const init = { method: "POST", body: wav, headers };
  const answer = await fetch(`${url}/v1/features?format=npy`, init);
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(new TextDecoder().decode(body));
}

/** Milliseconds that each /healthz took while `work` went on. */
async function healthWhile(url: string, work: () => Promise<void>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const latencies: number[] = [];
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  while (!isOver) {
    latencies.push(await timed(() => ask(`${url}/healthz`, agent)));
    await new Promise((resolve) => setTimeout(resolve, HEALTH_INTERVAL_MS));
  }
  agent.destroy();
  await working;
  return latencies;
}

function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => response.resume().on("end", resolve));
    request.on("error", reject);
  });
}
