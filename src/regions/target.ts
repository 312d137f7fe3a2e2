/** Which region a request belongs to, by its key, its address and its query. */
import { bearerOf, homeOf } from "../keys/token.ts";

/** Where a request may be answered. */
export type Target =
  /** By that region and no other. */
  | { readonly kind: "one"; readonly region: string }
  /** By the region that has the jobs of keys without a home. */
  | { readonly kind: "records" }
  /** By any: nothing that it needs is kept in one region alone. */
  | { readonly kind: "any" };

/** What is kept in the database of one region. */
const RECORDS = /^\/v1\/(jobs|batches|hooks|webhook-secrets|speakers|identifications)(\/|$)/;
/** Others sign the whole address of a hook. */
const SIGNED_WHOLE = /^\/v1\/hooks\//;

/** A key with a home goes there, whatever the query says; else `region` of the query decides. */
export function targetOf(url: URL, authorization: string | null): Target {
  const token = bearerOf(authorization);
  const region = (token === null ? null : homeOf(token)) ?? url.searchParams.get("region");
  if (region !== null) return { kind: "one", region };
  return RECORDS.test(url.pathname) ? { kind: "records" } : { kind: "any" };
}

/** The address that a region is asked at: without `region`, which it has no use for. */
export function withoutRegion(url: URL): URL {
  if (!url.searchParams.has("region") || SIGNED_WHOLE.test(url.pathname)) return url;
  const rest = new URL(url);
  rest.searchParams.delete("region");
  return rest;
}
