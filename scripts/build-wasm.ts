/** Makes the WASM under build/, and the API page, which no commit holds: a list of steps, each of which does nothing when its files are there. */
import { join } from "node:path";
import { buildApiPage } from "./site/api-page.ts";
import { buildKernels } from "./wasm/build-kernels.ts";
import { chosenCodecs } from "./wasm/chosen-codecs.ts";
import { extractCodecs } from "./wasm/extract-codecs.ts";
import { makeUnsharedModules } from "./wasm/unshared-modules.ts";

const REPOSITORY = join(import.meta.dirname, "..");

/** One step by name; it throws an Error with a sentence for whoever builds. */
interface BuildStep {
  readonly name: string;
  run(environment: NodeJS.ProcessEnv): Promise<void>;
}

const STEPS: readonly BuildStep[] = [
  {
    name: "kernels",
    run: () => buildKernels(join(REPOSITORY, "kernels"), join(REPOSITORY, "build/kernels")),
  },
  {
    name: "unshared",
    run: () =>
      makeUnsharedModules({
        modulesDirectory: join(REPOSITORY, "node_modules"),
        kernelsDirectory: join(REPOSITORY, "build/kernels"),
        outDirectory: join(REPOSITORY, "build/unshared"),
      }),
  },
  {
    name: "codecs",
    run: (environment) =>
      extractCodecs({
        codecs: chosenCodecs(environment.UNDERTONE_CODECS),
        outDirectory: join(REPOSITORY, "build/codecs"),
        modulesDirectory: join(REPOSITORY, "node_modules"),
      }),
  },
  {
    name: "API page",
    run: () => buildApiPage(join(REPOSITORY, "build/site")),
  },
];

/**
 * Brings build/ up to date; quick when it is.
 * @param environment `UNDERTONE_CODECS` names the codecs that the build contains.
 * @throws Error with a sentence for whoever builds.
 */
export async function buildWasm(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  for (const step of STEPS) await step.run(environment);
}

if (import.meta.main) {
  await buildWasm().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
