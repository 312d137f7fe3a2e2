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
  const unreleased = new Set<Sessions>();
  const withoutWeights = {};

  /** A session can be released once only. */
  const releaseOnce = async (sessions: Sessions): Promise<void> => {
    if (!unreleased.delete(sessions)) return;
    for (const session of await sessions.catch(() => [])) await session.release();
  };
  const unheld = new FinalizationRegistry<Sessions>((sessions) => void releaseOnce(sessions));

  return {
    of(weights) {
      const key = weights[0]?.[1] ?? withoutWeights;
      const known = byWeight.get(key);
      if (known !== undefined) return known;
      const sessions = open(weights);
      byWeight.set(key, sessions);
      unreleased.add(sessions);
      unheld.register(key, sessions);
      sessions.catch(() => {
        // What could not be opened is tried again.
        byWeight.delete(key);
        unreleased.delete(sessions);
      });
      return sessions;
    },
    async release() {
      for (const sessions of unreleased) await releaseOnce(sessions);
    },
  };
}
