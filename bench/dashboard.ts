/** `npm run bench:dashboard`: a load run on a Node server that a real Prometheus scrapes, and the dashboard of ops/ drawn of it. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { filesystemStore } from "../src/store/filesystem.ts";
import { installSpokenWords } from "../support/packs/spoken-words.ts";
import { startNodeServer } from "../support/runtimes/node.ts";
import { runLoad } from "./dashboard/load.ts";
import { drawPanels, pictureOf } from "./dashboard/picture.ts";
import { SCRAPE_SECONDS, startPrometheus } from "./dashboard/prometheus.ts";
import { wholeNumber } from "./options.ts";

const PICTURE = new URL("../docs/dashboard.svg", import.meta.url).pathname;

const { seconds, seed, to } = new Command("bench:dashboard")
  .description("draws the dashboard with the data of a load run; needs prometheus on the PATH")
  .option("--seconds <n>", "of load", wholeNumber, 240)
  .option("--seed <n>", "of all random numbers", wholeNumber, 7)
  .option("--to <file>", "where the picture is written", PICTURE)
  .parse()
  .opts<{ readonly seconds: number; readonly seed: number; readonly to: string }>();

const directory = await mkdtemp(join(tmpdir(), "undertone-dashboard-"));
await installSpokenWords(filesystemStore(join(directory, "packs")), "q8");
const receiver = await startReceiver();
const server = await startNodeServer({
  PACKS: join(directory, "packs"),
  DATA: join(directory, "data"),
  UNDERTONE_OPEN: "1",
  ALLOW_PRIVATE_URLS: "1",
  REGION: "local",
});
try {
  const prometheus = await startPrometheus(server.url);
  try {
    // The first counts are only seen as increases by who has seen the zero.
    await pause(2 * SCRAPE_SECONDS * 1000);
    const loadedFrom = Math.ceil(Date.now() / 1000);
    await runLoad({ url: server.url, receiver: receiver.url, seconds, seed });
    await pause(2 * SCRAPE_SECONDS * 1000);
    // A series of the first requests has a rate once it was scraped twice.
    const start = loadedFrom + 2 * SCRAPE_SECONDS;
    const panels = await drawPanels(prometheus, start, Math.floor(Date.now() / 1000));
    await writeFile(to, pictureOf(panels));
    for (const { title, lines } of panels) {
      console.log(`${title}: ${lines.map(({ name }) => name).join(", ") || "no data"}`);
    }
    const alerts = await prometheus.queryRange("ALERTS", start, Date.now() / 1000);
    console.log(
      `alerts: ${alerts.map(({ metric }) => `${metric.alertname} ${metric.alertstate}`).join(", ") || "none"}`,
    );
  } finally {
    await prometheus.stop();
  }
} finally {
  receiver.close();
  server.process.kill();
  await server.ended;
  await rm(directory, { recursive: true });
}

/** Refuses each fifth webhook. */
async function startReceiver() {
  let count = 0;
  const receiving = createServer((request, response) => {
    request.resume();
    response.writeHead(++count % 5 === 0 ? 500 : 204).end();
  });
  receiving.listen(0, "127.0.0.1");
  await once(receiving, "listening");
  const { port } = receiving.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => receiving.close() };
}
