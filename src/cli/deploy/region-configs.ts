/** The wrangler configurations of a deployment in regions, made of wrangler.toml and ops/regions.json. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { experimental_readRawConfig, type Unstable_RawConfig } from "wrangler";
import { UndertoneError } from "../../errors.ts";
import {
  type Region,
  type RegionList,
  readRegions,
  regionBinding,
  writeRegions,
} from "../../regions/list.ts";
import { configOf, namedAfter } from "../wrangler/environment.ts";
import { withWholePaths } from "../wrangler/whole-paths.ts";
import { type StagedWorker, type Workers, writeStagedConfigs } from "./staged-configs.ts";

type Config = Unstable_RawConfig;

const REPOSITORY = join(import.meta.dirname, "../../..");
const LIST = join(REPOSITORY, "ops/regions.json");
const DIRECTORY = join(REPOSITORY, "build/regions");
/** Apart from those that a deployment under way reads, which may have another domain. */
const COMMANDS_DIRECTORY = join(DIRECTORY, "commands");

/** A region's Workers: the one that answers, and its stages. */
export interface RegionWorkers extends Workers {
  readonly region: Region;
}

/** The Workers of a deployment in regions. */
export interface RegionalDeployment {
  /** The one that requests come in by. The regions have to be there before it, since it binds them. */
  readonly front: StagedWorker;
  readonly regions: readonly RegionWorkers[];
}

/**
 * Reads ops/regions.json, or another file of its form.
 * @throws UndertoneError `invalid-option` if it cannot be read, or what `readRegions` throws
 */
export async function readRegionFile(path = LIST): Promise<RegionList> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UndertoneError(
      "invalid-option",
      `${path} has to be a file of JSON as docs/regions.md describes it: ${(cause as Error).message}`,
      {},
      { cause },
    );
  }
  return readRegions(json);
}

/** The flags that choose what a command works on; production if all are left out. */
export interface ChosenFlags {
  readonly env?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * The path of the configuration that flags of the command line choose: of production, of an environment, or of a region.
 * @throws UndertoneError `invalid-option` for a name that is none; `unknown-region`
 */
export async function configOfFlags({ env, region }: ChosenFlags): Promise<string> {
  if (region === undefined) return configOf({ name: env });
  const list = await readRegionFile();
  const { regions } = await writeRegionConfigs(configOf({}), list, COMMANDS_DIRECTORY);
  return regionNamed(regions, region).front.configPath;
}

/** @throws UndertoneError `unknown-region` */
export function regionNamed(regions: readonly RegionWorkers[], name: string): RegionWorkers {
  const workers = regions.find(({ region }) => region.name === name);
  if (workers !== undefined) return workers;
  const names = regions.map(({ region }) => region.name).join(", ");
  throw new UndertoneError(
    "unknown-region",
    `ops/regions.json has no region ${name}; it has ${names}.`,
  );
}

/**
 * Writes a configuration for the Worker in front and for those of each region into `directory`.
 * @param configPath the wrangler.toml of one Worker alone
 */
export async function writeRegionConfigs(
  configPath: string,
  list: RegionList,
  directory = DIRECTORY,
): Promise<RegionalDeployment> {
  const root = resolve(dirname(configPath));
  const { rawConfig } = experimental_readRawConfig({ config: configPath });
  const production = rawConfig as Config;
  const write = async (config: Config): Promise<StagedWorker> => {
    const name = config.name as string;
    const path = join(directory, `${name}.json`);
    await writeFile(path, `${JSON.stringify(withWholePaths(config, root), null, 2)}\n`);
    return { name, configPath: path };
  };
  await mkdir(directory, { recursive: true });
  const regions = list.regions.map(async (region): Promise<RegionWorkers> => {
    const alone = await write(regionConfig(production, region));
    if (region.stages === 0) return { region, front: alone, stages: [] };
    const staged = await writeStagedConfigs(alone.configPath, region.stages, directory, root);
    return { region, ...staged };
  });
  return { regions: await Promise.all(regions), front: await write(frontConfig(production, list)) };
}

/** The Worker of a region: that of an environment, reached through the one in front alone. */
function regionConfig(production: Config, { name, jurisdiction, placement }: Region): Config {
  const { r2_buckets = [], d1_databases = [], ...config } = namedAfter(production, name);
  const placed = jurisdiction !== null && { jurisdiction };
  const shared = (production.d1_databases ?? []).map(
    ({ preview_database_id: _local, ...database }) => ({ ...database, binding: "KEYS" }),
  );
  return {
    ...config,
    workers_dev: false,
    preview_urls: false,
    r2_buckets: r2_buckets.map((bucket) => ({ ...bucket, ...placed })),
    d1_databases: [...d1_databases.map((database) => ({ ...database, ...placed })), ...shared],
    ...(placement !== null && { placement: { region: placement } }),
    vars: {
      ...config.vars,
      PUBLIC_ORIGIN: production.vars?.PUBLIC_ORIGIN ?? "",
      REGION: name,
      REGION_IN_LINKS: "1",
      JURISDICTION: jurisdiction ?? "",
    },
  };
}

/** The Worker in front: it has no storage, and runs where requests come in. */
function frontConfig(production: Config, list: RegionList): Config {
  const { name = "undertone", compatibility_date, compatibility_flags } = production;
  const { routes, route, workers_dev, observability, vars } = production;
  return {
    name,
    main: "functions/regions.ts",
    compatibility_date,
    compatibility_flags,
    ...(routes && { routes }),
    ...(route && { route }),
    ...(workers_dev !== undefined && { workers_dev }),
    ...(observability && { observability }),
    services: list.regions.map((region) => ({
      binding: regionBinding(region.name),
      service: `${name}-${region.name}`,
    })),
    // Those of a Worker alone that had this name would go on.
    triggers: { crons: [] },
    vars: {
      REGIONS: writeRegions(list),
      PUBLIC_ORIGIN: vars?.PUBLIC_ORIGIN ?? "",
      CORS_ORIGINS: vars?.CORS_ORIGINS ?? "",
    },
  } as Config;
}
