/** What handlers and middleware share about one request. */
import type { RequestIdVariables } from "hono/request-id";
import type { ErrorSlug } from "../errors.ts";
import type { EngineMemory } from "../model/engine/memory/held.ts";
import type { BodyTerms } from "./request/body/body.ts";

/** Who asks: the bearer of a key, or anybody where a service is open. */
export interface Caller {
  /** Keys of one owner see the same jobs; `null` without a key. */
  readonly owner: string | null;
  readonly keyId: string | null;
}

/** The Hono environment of the app. */
export interface AppEnv {
  Variables: RequestIdVariables & {
    /** Who asks; not set where a link or a hook's signature has to be enough. */
    caller?: Caller;
    /** The pack that the request is computed with, once known. */
    model?: { readonly id: string; readonly weights: "checkpoint" | "synthetic" };
    /** What the computation held, once it was done. */
    memory?: EngineMemory;
    /** On what terms the request's body is taken. */
    bodyTerms: BodyTerms;
    /** Why the request was refused, once it was. */
    problem?: ErrorSlug | undefined;
  };
}
