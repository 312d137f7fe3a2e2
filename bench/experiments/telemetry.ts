/** What measuring costs: requests with metrics and traces against the same without, in turn in one process. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../src/app.ts";
import { installPack } from "../../src/cli/commands/pack-install.ts";
import { nodePlatform } from "../../src/platform/node/platform.ts";
import { readNodeSettings } from "../../src/platform/node/settings.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { SILENT } from "../models.ts";
import { type Clip, speechLikeClip } from "../speech-clip.ts";
import { medianTimes, timed } from "../statistics.ts";
import type { Experiment } from "./experiment.ts";
import { ratioOf } from "./timing.ts";

const CLIP_SECONDS = 5;
/** Of each, for a difference of one per cent; the bench's `--repeats` count if they are more. */
const LEAST_REPEATS = 40;
const ORIGIN = "http://127.0.0.1";

/** Time of a clip with every request measured and traced, over its time with none. */
export const telemetry: Experiment = {
  answers: ["telemetry"],
  async run(bench) {
    const folder = await mkdtemp(join(tmpdir(), "undertone-bench-telemetry-"));
    const { directory } = await bench.basePack();
    await installPack(directory, { directory: join(folder, "packs") }, SILENT);
    const receiver = await startReceiver();
    const platform = nodePlatform(
      readNodeSettings({
        PACKS: join(folder, "packs"),
        DATA: join(folder, "data"),
        UNDERTONE_OPEN: "1",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      }),
    );
    // The same parts, which then find no account to charge.
    const unmeasured = { ...platform, telemetry: createTelemetry(), log() {} };
    const apps = { on: createApp({ ...platform, log() {} }), off: createApp(unmeasured) };
    try {
      const clip = speechLikeClip(CLIP_SECONDS);
      const { repeats, warmUps } = bench.options;
      const times = await medianTimes(
        {
          on: () => timed(() => postClip(apps.on, clip)),
          off: () => timed(() => postClip(apps.off, clip)),
        },
        { repeats: Math.max(repeats, LEAST_REPEATS), warmUps },
      );
      const { value, detail } = ratioOf(times.on, times.off);
      const spans = `${receiver.requests()} requests of spans`;
      return {
        findings: [{ row: "telemetry", measured: { value, detail: `${detail}; ${spans}` } }],
      };
    } finally {
      await platform.close();
      await receiver.close();
      await rm(folder, { recursive: true });
    }
  },
};

async function postClip(app: ReturnType<typeof createApp>, { wav }: Clip): Promise<void> {
  // The second run of a clip would be a kept answer else.
  const headers = { "Cache-Control": "no-store" };
  const init = { method: "POST", body: wav, headers };
  const answer = await app.request(`${ORIGIN}/v1/features?format=npy`, init);
  const body = await answer.arrayBuffer();
  if (!answer.ok) throw new Error(new TextDecoder().decode(body));
}

/** Takes spans, in this process too: what it takes counts against them. */
async function startReceiver() {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    request.resume().on("end", () => response.end("{}"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
