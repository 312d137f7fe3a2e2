/** The wrangler configurations of a deployment with stages, made of wrangler.toml. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { experimental_readRawConfig, type Unstable_RawConfig } from "wrangler";
import { UndertoneError } from "../../errors.ts";
import { DEFAULT_STAGE_MEMORY_MB, MAX_STAGES } from "../../model/stages/parts.ts";
import { withWholePaths } from "../wrangler/whole-paths.ts";
import { engineDigest } from "./engine-digest.ts";

type Config = Unstable_RawConfig;

/** A Worker of the deployment. */
export interface StagedWorker {
  readonly name: string;
  readonly configPath: string;
}

/** The Workers of a deployment with stages. */
export interface StagedDeployment {
  readonly front: StagedWorker;
  /** In their order. Each has to be there before the front Worker, which binds it. */
  readonly stages: readonly StagedWorker[];
}

/** The Workers of a deployment: one alone, or one in front of stages. */
export interface Workers extends Pick<StagedDeployment, "stages"> {
  readonly front: Pick<StagedWorker, "configPath">;
}

/**
 * The Workers that a flag `--stages` asks for: without it the one of `configPath` alone.
 * @throws UndertoneError what `writeStagedConfigs` throws
 */
export async function workersOf(configPath: string, stages: string | undefined): Promise<Workers> {
  if (stages === undefined) return { front: { configPath }, stages: [] };
  const directory = join(dirname(configPath), "build/stages");
  return writeStagedConfigs(configPath, Number(stages), directory);
}

/** The class in functions/stage.ts that the front Worker binds. */
const ENTRYPOINT = "Stage";
/** The variables of wrangler.toml that stages read too. */
const STAGE_VARIABLES = [
  ...["MAX_QUEUE", "WINDOW_SECONDS", "PUBLIC_ORIGIN", "SKIP_WARM_UP", "REGION"],
  ...["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"],
];

/**
 * Writes a configuration for the front Worker and for each of `stages` stages into `directory`.
 * @param configPath that of one Worker alone
 * @param root the repository, which its paths begin at
 * @throws UndertoneError `invalid-option` for a number of stages that is none
 */
export async function writeStagedConfigs(
  configPath: string,
  stages: number,
  directory: string,
  root = resolve(dirname(configPath)),
): Promise<StagedDeployment> {
  if (!Number.isInteger(stages) || stages < 1 || stages > MAX_STAGES) {
    throw new UndertoneError(
      "invalid-option",
      `A deployment has 1 to ${MAX_STAGES} stages, and no more than its smallest model has layers; give that number.`,
    );
  }
  const { rawConfig } = experimental_readRawConfig({ config: configPath });
  const base = withWholePaths(rawConfig as Config, root);
  const name = base.name ?? "undertone";
  const memory = String(base.vars?.STAGE_MEMORY_BUDGET_MB ?? DEFAULT_STAGE_MEMORY_MB);
  const variables = { STAGES: String(stages), ENGINE_DIGEST: await engineDigest(root) };
  const numbers = Array.from({ length: stages }, (_, index) => index + 1);
  const stageName = (stage: number) => `${name}-stage-${stage}`;

  const write = async (workerName: string, config: Config): Promise<StagedWorker> => {
    const path = join(directory, `${workerName}.json`);
    await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
    return { name: workerName, configPath: path };
  };

  await mkdir(directory, { recursive: true });
  const front = await write(name, {
    ...base,
    main: join(root, "functions/front.ts"),
    vars: { ...base.vars, ...variables, STAGE_MEMORY_BUDGET_MB: memory },
    services: [
      ...(base.services ?? []),
      ...numbers.map((stage) => ({
        binding: `STAGE_${stage}`,
        service: stageName(stage),
        entrypoint: ENTRYPOINT,
      })),
    ],
  });
  const written = numbers.map((stage) =>
    write(stageName(stage), {
      ...stageConfig(base, root),
      name: stageName(stage),
      vars: {
        ...pick(base.vars ?? {}, STAGE_VARIABLES),
        ...variables,
        MEMORY_BUDGET_MB: memory,
        STAGE: String(stage),
      },
    }),
  );
  return { front, stages: await Promise.all(written) };
}

/** What a stage needs: the packs, and no way to it but a binding. */
function stageConfig(base: Config, root: string): Config {
  const shared = pick(base, [
    ...["compatibility_date", "compatibility_flags", "build", "define", "rules"],
    ...["limits", "observability", "placement", "cache"],
  ]);
  return {
    ...shared,
    main: join(root, "functions/stage.ts"),
    exports: { ...base.exports, [ENTRYPOINT]: { type: "worker", cache: { enabled: false } } },
    workers_dev: false,
    preview_urls: false,
    r2_buckets: (base.r2_buckets ?? []).filter(({ binding }) => binding === "PACKS"),
  };
}

function pick<Object extends object>(object: Object, names: readonly string[]): Partial<Object> {
  const entries = Object.entries(object).filter(([name]) => names.includes(name));
  return Object.fromEntries(entries) as Partial<Object>;
}
