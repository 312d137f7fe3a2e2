/** Opens the pack that the command line names. */
import { type Command, InvalidArgumentError } from "commander";
import { UndertoneError } from "../../errors.ts";
import type { Backend } from "../../model/backend/backend.ts";
import { createNodeBackend } from "../../model/backend/node/backend.ts";
import { createEngine } from "../../model/engine/create.ts";
import type { Engine, EngineLimits } from "../../model/engine/engine.ts";
import { computationQueue } from "../../model/engine/queue.ts";
import { DEFAULT_WINDOW_SECONDS } from "../../model/engine/windows/plan.ts";
import type { SpelledModel } from "../../model/heads/ctc/lm/guide.ts";
import { blobReader } from "../../model/pack/blobs.ts";
import { languageModelReader } from "../../model/pack/language-model.ts";
import { type InstalledPack, readManifest } from "../../model/pack/registry.ts";
import { filesystemStore } from "../../store/filesystem.ts";

/** Long clips are computed in windows; this bounds only the samples and features of one clip. */
export const DEFAULT_MAX_CLIP_SECONDS = 600;

/** A process of one's own has room for everything, and computes one clip after the other. */
export const PROCESS_LIMITS: EngineLimits = {
  memoryBudgetBytes: 4e9,
  maxQueue: 0,
  windowSeconds: DEFAULT_WINDOW_SECONDS,
};

/** Flags shared by commands that compute. */
export interface PackFlags {
  readonly pack: string;
  readonly maxClipSeconds: number;
}

/** Adds `--pack` and `--max-clip-seconds`. */
export function addPackOptions(command: Command): Command {
  command.requiredOption("--pack <dir>", "directory written by 'pack build'");
  return addClipLimit(command);
}

/** Adds `--max-clip-seconds`. */
export function addClipLimit(command: Command): Command {
  return command.option(
    "--max-clip-seconds <s>",
    "longest accepted clip, in seconds",
    parseSeconds,
    DEFAULT_MAX_CLIP_SECONDS,
  );
}

/**
 * Opens the engine of the pack in `directory`, to compute in WASM with so many threads, or with another backend.
 * @throws UndertoneError `no-pack-installed` if there is none, `pack-damaged` or `pack-unsupported` for a bad manifest.
 */
export async function openPackDirectory(
  directory: string,
  threads = 1,
  backend?: Backend,
): Promise<Engine> {
  return createEngine({
    ...(await readPackDirectory(directory)),
    backend: backend ?? (await createNodeBackend({ threads })),
    readBlob: blobReader(filesystemStore(directory), reportDamage),
    queue: computationQueue(PROCESS_LIMITS.maxQueue),
    limits: PROCESS_LIMITS,
  });
}

/**
 * Reads the manifest of the pack in `directory`.
 * @throws UndertoneError what `openPackDirectory` throws.
 */
export async function readPackDirectory(directory: string): Promise<InstalledPack> {
  const bytes = await filesystemStore(directory).get("manifest.json");
  if (bytes !== null) return await readManifest(bytes);
  throw new UndertoneError(
    "no-pack-installed",
    `There is no pack in ${directory}: build one with 'undertone pack build <source> --out ${directory}'.`,
  );
}

/**
 * The language model of the pack in `directory`, null if it has none.
 * @throws UndertoneError `pack-damaged`.
 */
export function readLanguageModelOf(
  directory: string,
  pack: InstalledPack,
): Promise<SpelledModel | null> {
  return languageModelReader(blobReader(filesystemStore(directory), reportDamage))(pack);
}

function reportDamage(key: string, reason: string): void {
  console.error(`${key} ${reason}, reading it again`);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError("It has to be a positive number of seconds.");
}
