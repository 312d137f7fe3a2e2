/** Installs the model that MODEL_ID names beside a server that listens already, which is not ready until then. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { UndertoneError } from "../src/errors.ts";
import type { LogEntry } from "../src/log.ts";
import { manifestKey } from "../src/model/pack/manifest.ts";
import type { NodeSettings } from "../src/platform/node/settings.ts";

// It is source in a clone, and JavaScript in the package.
const UNDERTONE = fileURLToPath(
  new URL(`../src/cli/undertone${import.meta.url.slice(-3)}`, import.meta.url),
);

/**
 * Builds the model's pack and installs it, by a process of its own, unless it is there.
 * @throws UndertoneError `internal` with what that process said last if it fails
 */
export async function installNamedModel(
  settings: NodeSettings,
  log: (entry: LogEntry) => void,
): Promise<void> {
  const { model, packsDirectory, dataDirectory } = settings;
  if (model === null || existsSync(join(packsDirectory, manifestKey(model.packId)))) return;
  log({ level: "info", event: "model-installing", model: model.packId, source: model.source });
  // The pack is built below the working directory first.
  const folder = join(dataDirectory, "building");
  await mkdir(folder, { recursive: true });
  try {
    const { status, lastLine } = await install(model, resolve(packsDirectory), folder);
    if (status === 0) return log({ level: "info", event: "model-installed", model: model.packId });
    throw new UndertoneError(
      "internal",
      `MODEL_ID ${model.source} could not be installed: ${lastLine}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function install(
  { source, packId }: NonNullable<NodeSettings["model"]>,
  directory: string,
  cwd: string,
) {
  const command = ["pack", "install", source, "--id", packId, "--directory", directory];
  const child = spawn(process.execPath, [UNDERTONE, ...command], {
    cwd,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = () => void child.kill();
  process.once("exit", kill);
  let lastLine = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.trim() !== "") lastLine = line.trim();
  });
  const [status] = await once(child, "close");
  process.off("exit", kill);
  return { status: status as number | null, lastLine };
}
