/** The model that `npm start` installs where there is none: the real base-plus, or a synthetic one if the hub is out of reach. */
import { join } from "node:path";
import { installPack } from "../src/cli/commands/pack-install.ts";
import { catalogEntry } from "../src/cli/hub/catalog.ts";
import { type HubSettings, readHubSettings } from "../src/cli/hub/settings.ts";
import { type ProgressReport, reportProgress } from "../src/cli/output/progress.ts";
import { buildPack } from "../src/cli/packs/build.ts";
import { UndertoneError } from "../src/errors.ts";
import type { PackManifest } from "../src/model/pack/manifest.ts";

const PACKS = join(import.meta.dirname, "../packs");
const REAL = { source: "microsoft/wavlm-base-plus", precision: "q8" } as const;
const SYNTHETIC = { source: "synthetic:base-plus", precision: "q8" } as const;

const ANSWER_TIMEOUT_MS = 5000;
const ATTEMPTS = 2;

/** Builds and installs a first pack, and says which. */
export async function installFirstPack(): Promise<PackManifest> {
  const report = reportProgress();
  const directory = (await buildReal(report)) ?? (await buildSynthetic(report));
  return (await installPack(directory, {}, report)).manifest;
}

/** `null`, loudly, if it cannot be had. */
async function buildReal(report: ProgressReport): Promise<string | null> {
  const outDir = join(PACKS, "wavlm-base-plus-q8");
  try {
    const hub = patientSettings();
    console.log(`No model is installed: ${whereItComesFrom(hub)}`);
    await buildPack({ ...REAL, outDir, hub }, report).catch((error) => {
      throw hub.isOffline && isUnavailable(error) ? notCached() : error;
    });
    return outDir;
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    console.error(`${REAL.source} COULD NOT BE BUILT: ${error.message}`);
    return null;
  }
}

function whereItComesFrom({ isOffline, cacheDirectory, endpoint }: HubSettings): string {
  if (isOffline)
    return `looking for ${REAL.source} in ${cacheDirectory}. HF_HUB_OFFLINE is set, so nothing is downloaded.`;
  const megabytes = catalogEntry(REAL.source)?.weights?.megabytes;
  return `fetching ${REAL.source} (${megabytes} MB) from ${endpoint}, unless it is cached. HF_HUB_OFFLINE=1 leaves that out.`;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof UndertoneError && error.slug === "hub-unavailable";
}

/** Whoever set HF_HUB_OFFLINE need not be told to unset it: there is a way on. */
function notCached(): UndertoneError {
  return new UndertoneError("hub-unavailable", "it is not in the cache.");
}

/** As patient as somebody in front of a terminal. */
function patientSettings(): HubSettings {
  const settings = readHubSettings();
  const answerTimeoutMs = Math.min(ANSWER_TIMEOUT_MS, settings.answerTimeoutMs);
  return { ...settings, answerTimeoutMs, attempts: ATTEMPTS };
}

async function buildSynthetic(report: ProgressReport): Promise<string> {
  console.error(
    `Instead, building ${SYNTHETIC.source} (${SYNTHETIC.precision}) with SYNTHETIC weights, once. Its features mean nothing. For the real model, later:

  npx undertone pack build ${REAL.source} --out packs/wavlm-base-plus-q8
  npx undertone pack install packs/wavlm-base-plus-q8
`,
  );
  const outDir = join(PACKS, "synthetic-base-plus-q8");
  await buildPack({ ...SYNTHETIC, outDir }, report);
  return outDir;
}
