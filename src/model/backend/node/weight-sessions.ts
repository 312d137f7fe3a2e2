/** Sessions that hold weights: opened when these are first seen, and released once nobody holds them any more. */
import type { InferenceSession } from "onnxruntime-common";
import type { BackendTensor } from "../backend.ts";

/** The constant inputs of a run, by name. */
export type Weights = readonly (readonly [string, BackendTensor])[];

type Sessions = Promise<readonly InferenceSession[]>;

/** The sessions of one program. */
export interface WeightSessions {
  /** Those for these weights, which are known again by the first of them. */
  of(weights: Weights): Sessions;
  release(): Promise<void>;
}

/** Prepares an empty set; `open` makes the sessions for weights. */
export function sessionsByWeights(open: (weights: Weights) => Sessions): WeightSessions {
  const byWeight = new WeakMap<object, Sessions>();
  const unheld = new FinalizationRegistry<Sessions>((sessions) => void releaseAll(sessions));
  const made = new Set<WeakRef<Promise<readonly InferenceSession[]>>>();
  const withoutWeights = {};

  return {
    of(weights) {
      const key = weights[0]?.[1] ?? withoutWeights;
      const known = byWeight.get(key);
      if (known !== undefined) return known;
      const sessions = open(weights);
      byWeight.set(key, sessions);
      made.add(new WeakRef(sessions));
      unheld.register(key, sessions);
      // What could not be opened is tried again.
      sessions.catch(() => byWeight.delete(key));
      return sessions;
    },
    async release() {
      for (const sessions of made) await releaseAll(sessions.deref());
      made.clear();
    },
  };
}

async function releaseAll(sessions: Sessions | undefined): Promise<void> {
  const opened = await sessions?.catch(() => []);
  for (const session of opened ?? []) await session.release();
}
