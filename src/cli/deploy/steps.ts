/** The steps of `npm run deploy`; each finds out whether there is anything to do, so that all can be repeated. */
import { unstable_readConfig } from "wrangler";
import { UndertoneError } from "../../errors.ts";
import { withFirstSecrets } from "./secrets.ts";
import type { StagedWorker } from "./staged-configs.ts";
import type { Tell, Wrangler } from "./tools.ts";

/** The target of a deployment. */
export interface DeployRequest {
  readonly configPath: string;
  /** Workers that this one binds, which have to be there before it. */
  readonly stages?: readonly StagedWorker[];
  /** Where buckets and database that are not there yet are made, such as `weur`; where Cloudflare likes if left out. */
  readonly location?: string | undefined;
  /** The folder of static files, if it was built: the API page, and the page of `npm run site`. */
  readonly site?: string | undefined;
  /** False for a Worker without a database, which has no secrets to encrypt; true if left out. */
  readonly keepsSecrets?: boolean;
}

interface Config {
  readonly r2_buckets: readonly { readonly bucket_name: string; readonly jurisdiction?: string }[];
  readonly d1_databases: readonly {
    readonly binding: string;
    readonly database_name: string;
    readonly jurisdiction?: string;
  }[];
  readonly queues: { readonly consumers: readonly { readonly queue: string }[] };
}

/** A resource of the account: how it is looked for, and made. */
interface Resource {
  readonly title: string;
  readonly info: readonly string[];
  readonly create: readonly string[];
}

/**
 * Makes the buckets, the database and the queues that are missing, brings the tables up to date, and deploys the Worker.
 * @returns its address; `null` if wrangler prints none.
 * @throws UndertoneError `internal` with wrangler's words; what was done before stays done.
 */
export async function deployWorker(
  { configPath, stages = [], location, site, keepsSecrets = true }: DeployRequest,
  wrangler: Wrangler,
  tell: Tell,
): Promise<URL | null> {
  const config: Config = unstable_readConfig({ config: configPath });
  await requireLogin(wrangler);
  const run = async (title: string, args: readonly string[], configOf = configPath) => {
    const { status, output } = await wrangler([...args, "--config", configOf]);
    if (status !== 0) throw failed(title, output);
    return output;
  };
  for (const { title, info, create } of resourcesOf(config, location)) {
    const isThere = (await wrangler([...info, "--config", configPath])).status === 0;
    if (!isThere) await run(title, create);
    tell(`${title}: ${isThere ? "there" : "made"}`);
  }
  for (const { binding } of config.d1_databases) {
    await run("tables", ["d1", "migrations", "apply", binding, "--remote"]);
    tell("tables: up to date");
  }
  for (const stage of stages) {
    await run(stage.name, ["deploy"], stage.configPath);
    tell(`${stage.name}: deployed`);
  }
  const assets = site === undefined ? [] : ["--assets", site];
  const deploy = (secrets: readonly string[]) => run("Worker", ["deploy", ...assets, ...secrets]);
  const output = keepsSecrets
    ? await withFirstSecrets(configPath, wrangler, tell, deploy)
    : await deploy([]);
  const url = addressIn(output);
  const startsIn = /Startup Time: (\d+) ms/.exec(output)?.[1];
  const start = startsIn === undefined ? "" : `, starts in ${startsIn} ms of ${MAX_START_MS}`;
  tell(`Worker: deployed${url === null ? "" : ` at ${url.href}`}${start}`);
  return url;
}

/** The commands for what a configuration names. */
export function resourcesOf(
  { r2_buckets, d1_databases, queues }: Config,
  location: string | undefined,
): readonly Resource[] {
  const placed = (jurisdiction: string | undefined) =>
    jurisdiction === undefined
      ? flag("--location", location)
      : flag("--jurisdiction", jurisdiction);
  return [
    ...r2_buckets.map(({ bucket_name, jurisdiction }) => ({
      title: `bucket ${bucket_name}`,
      info: ["r2", "bucket", "info", bucket_name, ...flag("--jurisdiction", jurisdiction)],
      create: ["r2", "bucket", "create", bucket_name, ...placed(jurisdiction), ...AS_IT_IS],
    })),
    ...d1_databases.map(({ database_name, jurisdiction }) => ({
      title: `database ${database_name}`,
      info: ["d1", "info", database_name, "--json"],
      create: ["d1", "create", database_name, ...placed(jurisdiction), ...AS_IT_IS],
    })),
    ...queues.consumers.map(({ queue }) => ({
      title: `queue ${queue}`,
      info: ["queues", "info", queue],
      create: ["queues", "create", queue],
    })),
  ];
}

/** Of processor time; Cloudflare refuses a Worker that takes longer: https://developers.cloudflare.com/workers/platform/limits/ */
const MAX_START_MS = 1000;

/** The configuration names them already. */
const AS_IT_IS = ["--no-update-config"];

function flag(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

/** Else each step would fail as if its resource were missing. */
async function requireLogin(wrangler: Wrangler): Promise<void> {
  const { status, output } = await wrangler(["auth", "token", "--json"]);
  if (status === 0) return;
  throw new UndertoneError(
    "internal",
    `Nobody is logged in to Cloudflare: run 'npx wrangler login', or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID. It said:\n${output}`,
  );
}

/** The custom domain if there is one, else the address on workers.dev. */
function addressIn(output: string): URL | null {
  const domain = /^ +(\S+) \(custom domain/m.exec(output)?.[1];
  if (domain !== undefined) return URL.parse(`https://${domain}`);
  return URL.parse(/https:\/\/\S+\.workers\.dev/.exec(output)?.[0] ?? "");
}

function failed(title: string, output: string): UndertoneError {
  return new UndertoneError(
    "internal",
    `wrangler could not finish the step '${title}'; mend what it says and run the same command again. It said:\n${output}`,
  );
}
