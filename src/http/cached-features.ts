/** Features of a clip, computed only if nobody has asked for the same before. */
import type { PreparedClip } from "../audio/prepare.ts";
import type { Features, KeptFeatures } from "../features.ts";
import { featurizePrepared } from "../featurize.ts";
import { newId } from "../jobs/ids.ts";
import { claimResult, findResult, releaseClaim, saveResult } from "../jobs/results.ts";
import type { InstalledPack } from "../model/registry.ts";
import type { Platform } from "../platform/platform.ts";
import { featuresKey } from "./features-key.ts";
import type { RequestOptions } from "./options.ts";
import { restoreFeatures, storeFeatures } from "./stored-features.ts";

/** One clip and what is asked of it. */
export interface FeatureRequest {
  readonly clip: PreparedClip;
  /** Of the clip as it was sent. */
  readonly clipSha256: string;
  readonly pack: InstalledPack;
  readonly options: RequestOptions;
  /** The request's Cache-Control: `no-cache` computes anew, `no-store` keeps nothing (RFC 9111 §5.2.1). */
  readonly cacheControl: string | undefined;
  readonly signal: AbortSignal;
}

/** Features, and what the cache had to do with it. */
export interface CachedFeatures {
  readonly features: KeptFeatures | Features;
  /** The Cache-Status header (RFC 9211). */
  readonly cacheStatus: string;
}

/** Gives features from the results that are kept, and keeps those that it computes. */
export type FeatureCache = (request: FeatureRequest) => Promise<CachedFeatures>;

/** Makes the cache of one app. A result is kept after the answer; whoever asks meanwhile, and here, waits for that. */
export function featureCache(platform: Platform): FeatureCache {
  const saving = new Map<string, Promise<void>>();

  const find = async (key: string): Promise<KeptFeatures | null> => {
    // On Workers the request that saves it may have ended meanwhile, and its promise with it.
    await saving.get(key)?.catch(() => saving.delete(key));
    const stored = await findResult(platform, key).catch(reportTrouble(platform));
    return stored ? restoreFeatures(stored) : null;
  };

  const save = (key: string, features: Features): void => {
    const work = keep(platform, key, features)
      .catch(reportTrouble(platform))
      .then(() => void saving.delete(key));
    saving.set(key, work);
    platform.keepAlive(work);
  };

  return async ({ clip, clipSha256, pack, options, cacheControl = "", signal }) => {
    const { settings, models } = platform;
    const keyFor = (known: InstalledPack) => featuresKey(known, options, clipSha256, settings);
    const isBypassed = hasDirective(cacheControl, "no-cache");
    const isStored = !hasDirective(cacheControl, "no-store");
    const kept = isBypassed || !isStored ? null : await find(await keyFor(pack));
    if (kept !== null) return { features: kept, cacheStatus: "Undertone; hit" };
    const engine = await models.open(pack.manifest.id);
    const features = await featurizePrepared(clip, engine, options, { signal });
    // The pack may have been replaced since it was found.
    if (isStored) save(await keyFor(engine), features);
    const reason = isBypassed || !isStored ? "request" : "miss";
    return { features, cacheStatus: `Undertone; fwd=${reason}${isStored ? "; stored" : ""}` };
  };
}

/** Where a job computes the same just now, its result is the one to keep. */
async function keep(platform: Platform, key: string, features: Features): Promise<void> {
  const token = newId("lease");
  if (!(await claimResult(platform, key, token))) return;
  try {
    await saveResult(platform, key, token, storeFeatures(features));
  } catch (error) {
    await releaseClaim(platform, key, token);
    throw error;
  }
}

function hasDirective(cacheControl: string, name: string): boolean {
  return cacheControl.split(",").some((directive) => directive.trim().toLowerCase() === name);
}

/** A cache that fails costs time and nothing else. */
function reportTrouble({ log }: Platform): (error: unknown) => null {
  return (error) => {
    log({ level: "warn", event: "result-cache-failed", message: String(error) });
    return null;
  };
}
