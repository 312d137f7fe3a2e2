/** Variables of a request that handlers and middleware share. */
import type { RequestIdVariables } from "hono/request-id";
import type { ErrorSlug } from "../errors.ts";
import type { LedgerEntry } from "../ledger.ts";
import type { BodyTerms } from "./request/body/body.ts";

/** The caller: the bearer of a key, or anybody where a service is open. */
export interface Caller {
  /** Keys of one owner see the same jobs; `null` without a key. */
  readonly owner: string | null;
  readonly keyId: string | null;
}

/** How a streamed answer ended: sent whole, or broken off by its client or by an error. */
export type StreamEnd = "whole" | "cut-off";

/** The Hono environment of the app. */
export interface AppEnv {
  Variables: RequestIdVariables & {
    /** The caller; not set where a link or a hook's signature authorizes the request. */
    caller?: Caller;
    /** The pack that the request is computed with, once known. */
    model?: { readonly id: string; readonly weights: "checkpoint" | "synthetic" };
    /** The end of an answer that is streamed. */
    sent?: Promise<StreamEnd>;
    /** On what terms the request's body is taken. */
    bodyTerms: BodyTerms;
    /** Memory that the request's clip takes: its decoder's and its samples'. */
    clipMemory: LedgerEntry;
    /** Samples that nobody uses any more once the request has been handled. */
    clipSamples: Float32Array[];
    /** The error of a refused request. */
    problem?: ErrorSlug | undefined;
  };
}
