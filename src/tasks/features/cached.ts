/** Features of a clip, computed only if nobody has asked for the same before. */
import type { PreparedClip } from "../../audio/prepare.ts";
import { newId } from "../../crypto/ids.ts";
import type { LogEntry } from "../../log.ts";
import type { ModelRegistry } from "../../model/pack/registry.ts";
import type { Features, KeptFeatures } from "../../results/computed.ts";
import {
  claimResult,
  findResult,
  type ResultContext,
  releaseClaim,
  saveResult,
} from "../../results/results.ts";
import { restoreFeatures, storeFeatures } from "../../results/serialize.ts";
import { featurizePrepared } from "./compute.ts";
import { featuresKey } from "./key.ts";
import type { FeaturePlan } from "./plan.ts";

/** The services of a runtime that the cache uses. */
export interface CacheContext extends ResultContext {
  readonly settings: ResultContext["settings"] & { readonly windowSeconds: number };
  readonly models: Pick<ModelRegistry, "engineOf">;
  log(entry: LogEntry): void;
  /** Lets `work` go on after the answer has been sent. */
  keepAlive(work: Promise<unknown>): void;
}

/** One clip and what is asked of it. */
export interface FeatureRequest {
  readonly clip: PreparedClip;
  /** Of the clip as it was sent. */
  readonly clipSha256: string;
  readonly plan: FeaturePlan;
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
export function featureCache(context: CacheContext): FeatureCache {
  const saving = new Map<string, Promise<void>>();

  const find = async (key: string): Promise<KeptFeatures | null> => {
    // On Workers the request that saves it may have ended meanwhile, and its promise with it.
    await saving.get(key)?.catch(() => saving.delete(key));
    const stored = await findResult(context, key).catch(reportTrouble(context));
    return stored ? restoreFeatures(stored) : null;
  };

  const save = (key: string, features: Features): void => {
    const work = keep(context, key, features)
      .catch(reportTrouble(context))
      .then(() => void saving.delete(key));
    saving.set(key, work);
    context.keepAlive(work);
  };

  return async ({ clip, clipSha256, plan, cacheControl = "", signal }) => {
    const { settings, models } = context;
    const key = await featuresKey(plan, clipSha256, settings);
    const isBypassed = hasDirective(cacheControl, "no-cache");
    const isStored = !hasDirective(cacheControl, "no-store");
    const kept = isBypassed || !isStored ? null : await find(key);
    if (kept !== null) return { features: kept, cacheStatus: "Undertone; hit" };
    const engine = await models.engineOf(plan.pack);
    const features = await featurizePrepared(clip, engine, plan, { signal });
    if (isStored) save(key, features);
    const reason = isBypassed || !isStored ? "request" : "miss";
    return { features, cacheStatus: `Undertone; fwd=${reason}${isStored ? "; stored" : ""}` };
  };
}

/** Stores features under their key, unless a job is computing the same. */
async function keep(context: CacheContext, key: string, features: Features): Promise<void> {
  const token = newId("lease");
  if (!(await claimResult(context, key, token))) return;
  try {
    await saveResult(context, key, token, storeFeatures(features));
  } catch (error) {
    await releaseClaim(context, key, token);
    throw error;
  }
}

function hasDirective(cacheControl: string, name: string): boolean {
  return cacheControl.split(",").some((directive) => directive.trim().toLowerCase() === name);
}

/** A cache that fails costs time and nothing else. */
function reportTrouble({ log }: CacheContext): (error: unknown) => null {
  return (error) => {
    log({ level: "warn", event: "result-cache-failed", message: String(error) });
    return null;
  };
}
