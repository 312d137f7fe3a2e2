/** `npm start`: the service in workerd on localhost, with a small trained model if none is installed. */
import { createServer } from "node:net";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { unstable_readConfig } from "wrangler";
import { workersOf } from "../src/cli/deploy/staged-configs.ts";
import { LOCAL_STATE } from "../src/cli/options/bucket-flags.ts";
import { chooseDefault, readOnlyRegistry } from "../src/cli/packs/installed.ts";
import { openLocalState } from "../src/cli/wrangler/local.ts";
import { UndertoneError } from "../src/errors.ts";
import type { InstalledPack } from "../src/model/pack/registry.ts";
import { readSettings } from "../src/platform/settings.ts";
import {
  BASE_PLUS,
  BASE_PLUS_PACK,
  type BasePlusInstallation,
  installBasePlus,
  installFirstPack,
} from "./first-pack.ts";
import { fireCron, startWranglerDev } from "./wrangler-dev.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const CONFIG = join(REPOSITORY, "wrangler.toml");
const SITE = join(REPOSITORY, "build/site");
const EXAMPLE_CLIP = join(REPOSITORY, "docs/example.wav");
const CRON_INTERVAL_MS = 60_000;

const port = readPort(process.env.PORT);
const configs = await configsOf(readStages());
await refuseBusyPort(port);
const installed = await prepareState();
const pack = installed ?? { manifest: await installFirstPack(), isDefault: true };

const worker = startWranglerDev(port, LOCAL_STATE, configs, SITE);
let stopRequested = false;
let basePlus: BasePlusInstallation | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    stopRequested = true;
    basePlus?.stop();
    worker.stop();
  });
}
worker.ready.then(
  () => {
    greet(port, pack);
    void fireCron(port);
    if (installed === null) void addBasePlus(pack.manifest.id);
  },
  () => {},
);
const cron = setInterval(() => void fireCron(port), CRON_INTERVAL_MS);
const status = await worker.ended;
basePlus?.stop();
clearInterval(cron);
process.exitCode = stopRequested ? 0 : status;

function readPort(text = "8787"): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  return fail(`PORT must be a port number from 1 to 65535, not ${JSON.stringify(text)}.`);
}

/** The number behind --stages; undefined for one Worker alone. */
function readStages(): string | undefined {
  return orFail(() => parseArgs({ options: { stages: { type: "string" } } })).values.stages;
}

/** The configurations of all Workers, the one that answers requests first. */
async function configsOf(stages: string | undefined): Promise<string[]> {
  const workers = await workersOf(CONFIG, stages).catch((error: Error) => fail(error.message));
  return [workers.front, ...workers.stages].map(({ configPath }) => configPath);
}

/** wrangler would only notice after the model was built. */
async function refuseBusyPort(port: number): Promise<void> {
  const probe = createServer();
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    probe.once("error", resolve).listen(port, "localhost", () => resolve(null));
  });
  await new Promise((resolve) => probe.close(resolve));
  if (error === null) return;
  const other = port < 65_535 ? port + 1 : port - 1;
  fail(
    error.code === "EADDRINUSE"
      ? `Port ${port} is taken: stop what listens there, or start on another port with PORT=${other} npm start.`
      : `Port ${port} cannot be used (${error.code}): start on another port with PORT=${other} npm start.`,
  );
}

/** Makes the tables; gives a pack to try the service with, and whether it answers requests that name none, or `null`. */
async function prepareState(): Promise<TryablePack | null> {
  const { defaultModel } = readSettings({ ...unstable_readConfig({ config: CONFIG }).vars });
  const state = await openLocalState(CONFIG, LOCAL_STATE);
  try {
    await state.openDatabase();
    const models = readOnlyRegistry(state.packs, defaultModel);
    const [first] = (await models.list()).packs;
    if (first === undefined) return null;
    const found = await models.find().catch(sayWhy);
    return { ...(found ?? first), isDefault: found !== null };
  } finally {
    await state.close();
  }
}

interface TryablePack extends Pick<InstalledPack, "manifest"> {
  readonly isDefault: boolean;
}

/** Installs base-plus beside the first model and makes it the default, unless another has become that meanwhile. */
async function addBasePlus(firstId: string): Promise<void> {
  basePlus = installBasePlus();
  const isInstalled = await basePlus.installed;
  if (stopRequested) return;
  if (!isInstalled) {
    console.log(
      `${firstId} stays the default model. To install ${BASE_PLUS} later:\n\n  npx undertone pack install ${BASE_PLUS} --default\n`,
    );
    return;
  }
  const { packs, close } = await openLocalState(CONFIG, LOCAL_STATE);
  try {
    if ((await readOnlyRegistry(packs).defaultId()) !== firstId) return;
    await chooseDefault(packs, BASE_PLUS_PACK);
    console.log(`${BASE_PLUS_PACK} is the default model now; ${firstId} is still there.`);
  } finally {
    await close();
  }
}

function sayWhy(error: unknown): null {
  if (!(error instanceof UndertoneError)) throw error;
  console.error(error.message);
  return null;
}

function greet(port: number, { manifest, isDefault }: TryablePack): void {
  const url = `http://localhost:${port}`;
  const clip = relative(process.cwd(), EXAMPLE_CLIP);
  const { id } = manifest;
  const model = isDefault ? "" : `model=${id}&`;
  const curl = `curl --data-binary @${clip} -H 'Content-Type: audio/wav'`;
  console.log(
    `\nUndertone listens on ${url} with the model ${id}. Try it from another terminal:\n`,
  );
  if (manifest.heads.some(({ kind }) => kind === "ctc")) {
    console.log(`  ${curl} '${url}/v1/transcriptions${isDefault ? "" : `?model=${id}`}'`);
  }
  console.log(`  ${curl} '${url}/v1/features?${model}pool=mean'\n`);
  if (manifest.weights === "synthetic") {
    console.log(
      `The weights of ${id} are SYNTHETIC (random): its features have the right shapes and mean nothing.`,
    );
  }
  if (id.startsWith("spoken-words-")) {
    console.log(
      `${id} is small: it was trained on 20 words of synthesized speech. For the size and cost of base-plus with synthetic weights:\n\n  npx undertone pack install synthetic:base-plus\n`,
    );
  }
  console.log(
    "It is OPEN: on this machine's own addresses it asks for no API key. A deployed one does, see docs/deploying.md.",
  );
  console.log("Ctrl-C stops it.");
}

function orFail<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
