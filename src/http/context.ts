/** What handlers and middleware share about one request. */
import type { RequestIdVariables } from "hono/request-id";
import type { ErrorSlug } from "../errors.ts";
import type { EngineMemory } from "../model/engine.ts";

/** The Hono environment of the app. */
export interface AppEnv {
  Variables: RequestIdVariables & {
    /** The pack that the request is computed with, once known. */
    model?: { readonly id: string; readonly weights: "checkpoint" | "synthetic" };
    /** What the computation held, once it was done. */
    memory?: EngineMemory;
    /** Why the request was refused, once it was. */
    problem?: ErrorSlug;
  };
}
