/** The environments of a deployment: production, which is wrangler.toml as it is, and others with resources of their own. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimental_readRawConfig, type Unstable_RawConfig } from "wrangler";
import { UndertoneError } from "../../errors.ts";

type Config = Unstable_RawConfig;

const REPOSITORY = join(import.meta.dirname, "../../..");
const PRODUCTION = join(REPOSITORY, "wrangler.toml");

/** An environment and where it is reached. */
export interface Environment {
  /** Such as `staging`; left out for production. */
  readonly name?: string | undefined;
  /** A domain of the account; left out for what wrangler.toml says, or workers.dev. */
  readonly domain?: string | undefined;
}

/**
 * The path of an environment's wrangler configuration: wrangler.toml, or `wrangler.<name>.json` beside it, which is written anew.
 * @throws UndertoneError `invalid-option` for a name or domain that is none.
 */
export function configOf({ name, domain }: Environment): string {
  if (name === undefined && domain === undefined) return PRODUCTION;
  const { rawConfig } = experimental_readRawConfig({ config: PRODUCTION });
  const path = join(REPOSITORY, `wrangler.${name ?? "production"}.json`);
  const config = atDomain(namedAfter(rawConfig as Config, name), domain);
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}

/** The same Worker under another name, with buckets, database and queues of its own; production's domain stays production's. */
export function namedAfter(production: Config, name: string | undefined): Config {
  if (name === undefined) return production;
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name) || name === "production") {
    throw new UndertoneError(
      "invalid-option",
      "The name of an environment has to be 1 to 31 lower-case letters, digits and hyphens; production is the one without a name.",
    );
  }
  const base = production.name ?? "undertone";
  const ours = (resource = "") =>
    resource.startsWith(base) ? `${base}-${name}${resource.slice(base.length)}` : resource;
  const { route: _route, routes: _routes, ...config } = production;
  const datasets = (config.analytics_engine_datasets ?? []).map((dataset) => ({
    ...dataset,
    // SQL asks for it by its name.
    dataset: `${dataset.dataset ?? dataset.binding}_${name.replaceAll("-", "_")}`,
  }));
  return {
    ...config,
    name: `${base}-${name}`,
    r2_buckets: (config.r2_buckets ?? []).map((bucket) => ({
      ...bucket,
      bucket_name: ours(bucket.bucket_name),
    })),
    d1_databases: (config.d1_databases ?? []).map(
      ({ preview_database_id: _local, database_id: _production, ...database }) => ({
        ...database,
        database_name: ours(database.database_name),
      }),
    ),
    analytics_engine_datasets: datasets,
    queues: {
      producers: (config.queues?.producers ?? []).map((producer) => ({
        ...producer,
        queue: ours(producer.queue),
      })),
      consumers: (config.queues?.consumers ?? []).map((consumer) => ({
        ...consumer,
        queue: ours(consumer.queue),
        ...(consumer.dead_letter_queue && { dead_letter_queue: ours(consumer.dead_letter_queue) }),
      })),
    },
    // Counters are shared by all Workers of an account that name the same.
    ratelimits: (config.ratelimits ?? []).map((limit) => ({
      ...limit,
      namespace_id: namespaceOf(`${name} ${limit.namespace_id}`),
    })),
    vars: { ...config.vars, PUBLIC_ORIGIN: "", ANALYTICS_DATASET: datasets[0]?.dataset ?? "" },
  };
}

function namespaceOf(text: string): string {
  return String(createHash("sha256").update(text).digest().readUInt32BE() >>> 1);
}

function atDomain(config: Config, domain: string | undefined): Config {
  if (domain === undefined) return config;
  if (URL.parse(`https://${domain}`)?.hostname !== domain || !domain.includes(".")) {
    throw new UndertoneError(
      "invalid-option",
      "The domain has to be a host name such as undertone.example.com.",
    );
  }
  return {
    ...config,
    workers_dev: false,
    routes: [{ pattern: domain, custom_domain: true }],
    vars: { ...config.vars, PUBLIC_ORIGIN: `https://${domain}` },
  };
}
