/** The registry of installed packs, with one engine for each. Long because its functions share the engines that it holds. */
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import type { MemoryLedger } from "../../ledger.ts";
import { joinWork } from "../../once.ts";
import { createMemory } from "../../remember.ts";
import type { Backend } from "../backend/backend.ts";
import { createEngine } from "../engine/create.ts";
import type { Engine, EngineLimits } from "../engine/engine.ts";
import { type ComputationQueue, computationQueue } from "../engine/queue.ts";
import { blobReader, type Checksum, type DamageReport } from "./blobs.ts";
import { cohortReader, type ReadCohort } from "./cohort.ts";
import { defaultModelMissing, readDefaultModel } from "./default-model.ts";
import { languageModelReader, type ReadLanguageModel } from "./language-model.ts";
import {
  decodeManifest,
  isPackId,
  manifestKey,
  type PackManifest,
  type PackStorage,
} from "./manifest.ts";
import type { Precision } from "./precision.ts";
import { type OpenXVectors, xvectorPackOf, xvectorsOf } from "./xvectors.ts";

/** An installed pack. */
export interface InstalledPack {
  readonly manifest: PackManifest;
  /** SHA-256 of the manifest's bytes, in hexadecimal. */
  readonly packDigest: string;
}

/** A pack that is there and cannot be used, such as one of another format version. */
export interface UnusablePack {
  readonly id: string;
  /** A sentence that says why, and what to do. */
  readonly reason: string;
}

/** The installed packs of one deployment. */
export interface ModelRegistry {
  /** Every installed pack, in order of id. */
  list(): Promise<{
    readonly packs: readonly InstalledPack[];
    readonly unusable: readonly UnusablePack[];
  }>;
  /**
   * The id that requests get when they name none, or `null` if no pack is installed and none is named as the default.
   * @throws UndertoneError `default-model-missing` if what is named is no id.
   */
  defaultId(): Promise<string | null>;
  /**
   * Pack `id`, or the default pack, without an engine.
   * @throws UndertoneError `no-pack-installed`, `unknown-model`, `default-model-missing`, or why it is unusable.
   */
  find(id?: string): Promise<InstalledPack>;
  /** The engine of a pack that was found; each pack has one. */
  engineOf(pack: InstalledPack): Promise<Engine>;
  /**
   * The engine of pack `id`, or of the default pack.
   * @throws UndertoneError what `find` throws.
   */
  open(id?: string): Promise<Engine>;
  /** The language model of a pack, which is kept once it was read; null for a pack without one. */
  readonly readLanguageModel: ReadLanguageModel;
  /**
   * The x-vectors of the pack that a diarizing pack names.
   * @throws UndertoneError why that pack is unusable.
   */
  readonly openXVectors: OpenXVectors;
  /** The cohort of a pack, which is kept once it was read; null for a pack without one. */
  readonly readCohort: ReadCohort;
}

/** Configuration of a registry; an empty `defaultModel` means the one that the store names, or else the first by id. */
export interface PackChoice {
  readonly storage: PackStorage;
  readonly defaultModel: string;
  /** Best first: where the store names no default, it is the first pack's model in the best precision installed of it. */
  readonly preferredPrecisions?: () => Promise<readonly Precision[]>;
  /** The time for which manifests, the default and the list of packs are remembered; 0, the default, for not at all. */
  readonly rememberMs?: number;
  /** True if the preferred precision also replaces that of the default that the store names. */
  readonly adaptsDefault?: boolean;
  /** Told of damaged blobs. */
  readonly reportDamage: DamageReport;
}

/** Dependencies of a registry whose engines run here. */
export interface RegistryParts extends PackChoice {
  readonly backend: () => Promise<Backend>;
  /** That of all computations on the backend; one of its own if nobody else computes on it. */
  readonly queue?: ComputationQueue;
  readonly limits: EngineLimits;
  /** Of all memory of the isolate; engines have ledgers of their own if it is left out. */
  readonly ledger?: MemoryLedger;
  /** Of weights that are read again; their SHA-256 is computed each time if it is left out. */
  readonly checksum?: Checksum;
}

/** Of a service with more packs, those that were asked for last are remembered. */
const MOST_REMEMBERED = 100;

const MANIFEST_KEY = /^packs\/([^/]+)\/manifest\.json$/;

/** Creates a registry over a store of packs, whose engines run here; nothing is read before it is asked for. */
export function createModelRegistry(parts: RegistryParts): ModelRegistry {
  const {
    storage,
    limits,
    ledger,
    reportDamage,
    queue = computationQueue(limits.maxQueue),
  } = parts;
  const readBlob = blobReader(storage, reportDamage, parts.checksum);
  return packRegistry(parts, async (pack) =>
    createEngine({ ...pack, backend: await parts.backend(), readBlob, queue, limits, ledger }),
  );
}

/** The same, with engines that run wherever `openEngine` has them run; each pack is opened once. */
export function packRegistry(
  {
    storage,
    defaultModel,
    preferredPrecisions,
    rememberMs = 0,
    adaptsDefault = false,
    reportDamage,
  }: PackChoice,
  openEngine: (pack: InstalledPack) => Promise<Engine>,
): ModelRegistry {
  const engines = new Map<string, Promise<Engine>>();
  const limits = { forMs: rememberMs, most: MOST_REMEMBERED, now: Date.now };
  const packs = createMemory<InstalledPack>(limits);
  const defaults = createMemory<string>(limits);
  const lists = createMemory<readonly string[]>(limits);

  const listIds = async (): Promise<readonly string[] | null> => {
    const keys = await storage.list("packs/");
    const ids = keys.flatMap((key) => MANIFEST_KEY.exec(key)?.[1] ?? []).sort();
    return ids.length === 0 ? null : ids;
  };

  const installedIds = async () => (await lists.recall("installed", listIds)) ?? [];

  const defaultId = async (): Promise<string | null> =>
    defaultModel === "" ? await defaults.recall("default", readDefaultId) : defaultModel;

  const readDefaultId = async (): Promise<string | null> => {
    const named = await readDefaultModel(storage);
    if (named !== null && !adaptsDefault) return named;
    const [first] = named === null ? await installedIds() : [named];
    if (first === undefined || preferredPrecisions === undefined) return first ?? null;
    return (await inBestPrecision(first, await preferredPrecisions())) ?? first;
  };

  /** The pack of the same weights that stands first in `precisions`. */
  const inBestPrecision = async (id: string, precisions: readonly Precision[]) => {
    const { packs } = await list();
    const source = packs.find(({ manifest }) => manifest.id === id)?.manifest.provenance;
    const alike = packs.filter(
      ({ manifest }) => manifest.provenance.sourceSha256 === source?.sourceSha256,
    );
    const best = precisions.find((precision) =>
      alike.some(({ manifest }) => manifest.precision === precision),
    );
    return alike.find(({ manifest }) => manifest.precision === best)?.manifest.id;
  };

  const readPack = async (id: string): Promise<InstalledPack | null> => {
    const bytes = await storage.get(manifestKey(id));
    return bytes === null ? null : await readManifest(bytes);
  };

  const recallPack = (id: string) => packs.recall(id, () => readPack(id));

  const find = async (id?: string): Promise<InstalledPack> => {
    const wanted = id ?? (await defaultId());
    if (wanted === null) throw noPackInstalled();
    const pack = isPackId(wanted) ? await recallPack(wanted) : null;
    if (pack !== null) return pack;
    const installed = await installedIds();
    if (installed.length === 0) throw noPackInstalled();
    throw id === undefined
      ? defaultModelMissing(wanted, installed)
      : unknownModel(wanted, installed);
  };

  const list: ModelRegistry["list"] = async () => {
    const ids = await installedIds();
    const read = await Promise.all(ids.map((id) => recallPack(id).catch(unusablePack(id))));
    return {
      packs: read.filter((pack) => pack !== null && "manifest" in pack),
      unusable: read.filter((pack) => pack !== null && "reason" in pack),
    };
  };

  const engineOf = (pack: InstalledPack): Promise<Engine> =>
    joinWork(engines, pack.packDigest, () => openEngine(pack));

  const openXVectors: OpenXVectors = async ({ manifest }) => {
    const id = xvectorPackOf(manifest);
    const pack = id !== undefined && isPackId(id) ? await recallPack(id) : null;
    return pack === null ? null : xvectorsOf(await engineOf(pack));
  };

  return {
    openXVectors,
    defaultId,
    find,
    list,
    engineOf,
    open: async (id) => engineOf(await find(id)),
    readCohort: cohortReader(blobReader(storage, reportDamage)),
    readLanguageModel: languageModelReader(blobReader(storage, reportDamage)),
  };
}

/** Reads a manifest's bytes, which its digest is of. */
export async function readManifest(bytes: Uint8Array<ArrayBuffer>): Promise<InstalledPack> {
  return { manifest: decodeManifest(bytes), packDigest: await sha256Of(bytes) };
}

/** A pack that cannot be read must not hide the others; a store that fails is another matter. */
function unusablePack(id: string): (error: unknown) => UnusablePack {
  return (error) => {
    if (error instanceof UndertoneError) return { id, reason: error.message };
    throw error;
  };
}

function noPackInstalled(): UndertoneError {
  return new UndertoneError(
    "no-pack-installed",
    "No model pack is installed: run 'npx undertone pack build synthetic:base-plus --out <dir>' and " +
      "'npx undertone pack install <dir>', or start the service with 'npm start', which does both.",
  );
}

function unknownModel(id: string, installed: readonly string[]): UndertoneError {
  return new UndertoneError(
    "unknown-model",
    `No pack is called '${id}' here; installed: ${installed.join(", ")}.`,
    { model: id, installed },
  );
}
