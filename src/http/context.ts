/** What handlers and middleware share about one request. */
import type { RequestIdVariables } from "hono/request-id";
import type { ErrorSlug } from "../errors.ts";

/** The Hono environment of the app. */
export interface AppEnv {
  Variables: RequestIdVariables & {
    /** The pack that the request is computed with, once known. */
    model?: { readonly id: string; readonly weights: "checkpoint" | "synthetic" };
    /** Why the request was refused, once it was. */
    problem?: ErrorSlug;
  };
}
