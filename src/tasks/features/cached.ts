/** Features of a clip, computed only if nobody has asked for the same before. */
import type { PreparedClip } from "../../audio/prepare.ts";
import { freeMemory } from "../../bytes.ts";
import { newId } from "../../crypto/ids.ts";
import { UndertoneError } from "../../errors.ts";
import type { LedgerEntry } from "../../ledger.ts";
import type { LogEntry } from "../../log.ts";
import type { ModelRegistry } from "../../model/pack/registry.ts";
import type { Features, FeatureTensor, KeptFeatures } from "../../results/computed.ts";
import {
  claimResult,
  findResult,
  type ResultContext,
  releaseClaim,
  saveResult,
} from "../../results/results.ts";
import { restoreFeatures, storeFeatures } from "../../results/serialize.ts";
import { tensorBytes } from "../../results/stored-bytes.ts";
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
  /**
   * Says that the features are not needed any more; may be called again.
   * @param mayFree true if nobody has a view of their numbers
   */
  release(mayFree: boolean): void;
}

/**
 * Gives features from the results that are kept, and keeps those that it computes.
 * @throws UndertoneError `overloaded` if there is no memory to read a kept one; what the registry and the engine throw.
 */
export type FeatureCache = (request: FeatureRequest) => Promise<CachedFeatures>;

/** Makes the cache of one app. A result is kept after the answer; whoever asks meanwhile, and here, waits for that. */
export function featureCache(context: CacheContext): FeatureCache {
  const saving = new Map<string, Promise<void>>();

  const find = async (key: string, memory: LedgerEntry): Promise<KeptFeatures | null> => {
    // On Workers the request that saves it may have ended meanwhile, and its promise with it.
    await saving.get(key)?.catch(() => saving.delete(key));
    const stored = await findResult(context, key, memory).catch((error) => {
      if (isOverloaded(error)) throw error;
      return reportTrouble(context)(error);
    });
    return stored ? restoreFeatures(stored) : null;
  };

  const save = (key: string, features: Features, release: (mayFree: boolean) => void): void => {
    const work = keep(context, key, features)
      .then(() => true)
      .catch((error) => {
        reportTrouble(context)(error);
        return false;
      })
      .then((isWritten) => {
        saving.delete(key);
        release(isWritten);
      });
    saving.set(key, work);
    context.keepAlive(work);
  };

  return async ({ clip, clipSha256, plan, cacheControl = "", signal }) => {
    const { settings, models } = context;
    const key = await featuresKey(plan, clipSha256, settings);
    const isBypassed = hasDirective(cacheControl, "no-cache");
    const isStored = !hasDirective(cacheControl, "no-store");
    const memory = context.ledger.open("results");
    try {
      const kept = isBypassed || !isStored ? null : await find(key, memory);
      if (kept !== null) {
        const [release] = releases(memory, kept.tensors, 1);
        return { features: kept, cacheStatus: "Undertone; hit", release };
      }
      const engine = await models.engineOf(plan.pack);
      const features = await featurizePrepared(clip, engine, plan, { signal });
      memory.set(tensorBytes(features.tensors));
      const [release, releaseSaved] = releases(memory, features.tensors, 2);
      if (isStored) save(key, features, releaseSaved);
      else releaseSaved(true);
      const reason = isBypassed || !isStored ? "request" : "miss";
      const cacheStatus = `Undertone; fwd=${reason}${isStored ? "; stored" : ""}`;
      return { features, cacheStatus, release };
    } catch (error) {
      memory.release();
      throw error;
    }
  };
}

/** A function for each user of tensors, which release and free them once all have been called. */
function releases(
  memory: LedgerEntry,
  tensors: readonly FeatureTensor[],
  userCount: number,
): ((mayFree: boolean) => void)[] {
  const users = new Set(Array.from({ length: userCount }, (_, user) => user));
  let isFreed = true;
  return [...users].map((user) => (mayFree) => {
    if (!users.delete(user)) return;
    isFreed &&= mayFree;
    if (users.size > 0) return;
    memory.release();
    if (isFreed) for (const { data } of tensors) freeMemory(data);
  });
}

function isOverloaded(error: unknown): boolean {
  return error instanceof UndertoneError && error.slug === "overloaded";
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
