/** `npm run deploy -- --regions`: the Workers of all regions, their packs, and the Worker in front. */
import { readFile } from "node:fs/promises";
import { withPackBucket } from "../options/bucket-flags.ts";
import { replicatePacks } from "../packs/replicate.ts";
import type { RegionalDeployment, RegionWorkers } from "./region-configs.ts";
import { deployWorker } from "./steps.ts";
import type { Tell, Wrangler } from "./tools.ts";

/** Longer than `/readyz` takes. */
const READY_WITHIN_MS = 30_000;

/** Deploys each region: the default one first, where the database that all share is made. */
export async function deployRegions(
  { regions }: Pick<RegionalDeployment, "regions">,
  wrangler: Wrangler,
  tell: Tell,
): Promise<void> {
  for (const { region, front, stages } of defaultFirst(regions)) {
    const request = { configPath: front.configPath, stages, location: region.location };
    await deployWorker(request, wrangler, (line) => tell(`${region.name}: ${line}`));
  }
}

/**
 * Deploys the Worker in front, which binds the regions.
 * @param site as of `DeployRequest`
 * @returns its address; `null` if wrangler prints none
 */
export async function deployFront(
  { front: { configPath } }: RegionalDeployment,
  site: string | undefined,
  wrangler: Wrangler,
  tell: Tell,
): Promise<URL | null> {
  const request = { configPath, site, keepsSecrets: false };
  return deployWorker(request, wrangler, (line) => tell(`front: ${line}`));
}

/** Where the Worker in front is reached; `null` if its configuration has no `PUBLIC_ORIGIN`, which a domain brings. */
export async function addressOfFront({
  front: { configPath },
}: Pick<RegionalDeployment, "front">): Promise<URL | null> {
  const { vars } = JSON.parse(await readFile(configPath, "utf8"));
  return URL.parse(vars.PUBLIC_ORIGIN);
}

/** Gives the bucket of each region the packs of the default one's. */
export async function replicateToRegions(
  { regions }: Pick<RegionalDeployment, "regions">,
  tell: Tell,
): Promise<void> {
  const [first, ...others] = defaultFirst(regions).map(({ region }) => region.name);
  await withPackBucket({ remote: true, region: first as string }, async (source) => {
    for (const region of others) {
      const { copied, kept } = await withPackBucket({ remote: true, region }, (target) =>
        replicatePacks(source.store, target.store),
      );
      tell(`${region}: packs compared with ${first}'s: ${copied} objects copied, ${kept} there`);
    }
  });
}

/** Whether each region can compute, as `/readyz` says it through the Worker in front; `false` if one cannot. */
export async function askRegions(
  { regions }: Pick<RegionalDeployment, "regions">,
  url: URL,
  tell: Tell,
): Promise<boolean> {
  let areReady = true;
  for (const { region } of regions) {
    const address = new URL(`/readyz?region=${region.name}`, url);
    const answer = await fetch(address, { signal: AbortSignal.timeout(READY_WITHIN_MS) }).then(
      async (response) => (response.ok ? "ready" : await response.text()),
      (error: Error) => `not reached: ${error.message}`,
    );
    tell(`${region.name}: ${answer}`);
    areReady &&= answer === "ready";
  }
  return areReady;
}

/** The region that the others follow. */
export function defaultFirst(regions: readonly RegionWorkers[]): readonly RegionWorkers[] {
  return regions.toSorted((a, b) => Number(b.region.default) - Number(a.region.default));
}
