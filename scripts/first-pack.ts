/** The models that `npm start` installs where there is none: spoken-words at once, and base-plus beside it where the hub can be reached. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { installPack } from "../src/cli/commands/pack-install.ts";
import { catalogEntry } from "../src/cli/hub/catalog.ts";
import { type HubSettings, readHubSettings } from "../src/cli/hub/settings.ts";
import { reportProgress } from "../src/cli/output/progress.ts";
import { buildPack } from "../src/cli/packs/build.ts";
import { UndertoneError } from "../src/errors.ts";
import type { PackManifest } from "../src/model/pack/manifest.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const UNDERTONE = join(REPOSITORY, "src/cli/undertone.ts");
const FIRST = { source: "spoken-words", precision: "q8" } as const;

/** The model that is fetched beside the first one. */
export const BASE_PLUS = "microsoft/wavlm-base-plus";
/** The id of its pack. */
export const BASE_PLUS_PACK = "wavlm-base-plus-q8";

/** Seconds for the hub to answer: somebody is in front of a terminal. */
const ANSWER_TIMEOUT_SECONDS = 5;

/** Builds and installs the small trained model that comes with the code, which takes a second or two. */
export async function installFirstPack(): Promise<PackManifest> {
  const report = reportProgress();
  const outDir = join(REPOSITORY, "packs", `${FIRST.source}-${FIRST.precision}`);
  await buildPack({ ...FIRST, outDir }, report);
  return (await installPack(outDir, {}, report)).manifest;
}

/** An installation in a process of its own, which shows its progress. */
export interface BasePlusInstallation {
  /** True once base-plus is installed, false if it cannot be had. */
  readonly installed: Promise<boolean>;
  stop(): void;
}

/** Fetches base-plus from the hub or its cache, builds it and installs it; the service answers meanwhile. */
export function installBasePlus(): BasePlusInstallation {
  console.log(whereItComesFrom());
  const child = spawn(process.execPath, [UNDERTONE, "pack", "install", BASE_PLUS], {
    cwd: REPOSITORY,
    stdio: ["ignore", "inherit", "inherit"],
    env: { HF_HUB_ETAG_TIMEOUT: String(ANSWER_TIMEOUT_SECONDS), ...process.env },
  });
  return { installed: succeeded(child), stop: () => void child.kill("SIGTERM") };
}

function whereItComesFrom(): string {
  const settings = hubSettings();
  if (settings === null) return `Looking for ${BASE_PLUS}.`;
  if (settings.isOffline) {
    return `Looking for ${BASE_PLUS} in ${settings.cacheDirectory}. HF_HUB_OFFLINE is set, so nothing is downloaded.`;
  }
  const megabytes = catalogEntry(BASE_PLUS)?.weights?.megabytes;
  return `Fetching ${BASE_PLUS} (${megabytes} MB) from ${settings.endpoint}, unless it is cached. HF_HUB_OFFLINE=1 leaves that out.`;
}

/** `null` if the environment makes no sense, which the command then says. */
function hubSettings(): HubSettings | null {
  try {
    return readHubSettings();
  } catch (error) {
    if (error instanceof UndertoneError) return null;
    throw error;
  }
}

function succeeded(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", (status) => resolve(status === 0));
  });
}
