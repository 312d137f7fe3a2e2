/** What a Worker is given to work with. */

/** A Worker's bindings and variables, as wrangler.toml names them. */
export interface CloudflareBindings {
  readonly PACKS?: unknown;
  readonly DB?: unknown;
  /** In a region: the database of the keys that all regions take. */
  readonly KEYS?: unknown;
  readonly FILES?: unknown;
  readonly AUDIO?: unknown;
  readonly WORK?: unknown;
  readonly DELIVERIES?: unknown;
  readonly RATE_LIMIT?: unknown;
  /**
   * Set by `npm start`: this is workerd on a developer's machine, whose clock does run during computation, and where
   * ALLOW_PRIVATE_URLS is heeded.
   */
  readonly UNDERTONE_LOCAL?: unknown;
  /** Set by `npm start`: no key is needed on this machine; without UNDERTONE_LOCAL it means nothing. */
  readonly UNDERTONE_OPEN?: unknown;
  /** The stages that compute, in a deployment with stages: service bindings STAGE_1 … STAGE_<STAGES>. */
  readonly STAGES?: unknown;
  /** What each of them has for heap, weights and buffers, in 10⁶ bytes. */
  readonly STAGE_MEMORY_BUDGET_MB?: unknown;
  /** Which of them this Worker is, if it is one. */
  readonly STAGE?: unknown;
  /** Stands for the code that computes: the same in all Workers of a deployment with stages. */
  readonly ENGINE_DIGEST?: unknown;
  /** A dataset of Workers Analytics Engine, for metrics; it may be left out. */
  readonly METRICS?: unknown;
  /** How GET /v1/regions reads that dataset: `analytics.ts`; the token is a secret. */
  readonly ANALYTICS_ACCOUNT_ID?: unknown;
  readonly ANALYTICS_DATASET?: unknown;
  readonly ANALYTICS_TOKEN?: unknown;
  /** The deployed version. */
  readonly VERSION?: { readonly id?: string };
  readonly [variable: string]: unknown;
}
