/** A clip fetched whole. */
import { joinBytes } from "../../../src/bytes.ts";
import { type FetchLimits, fetchPieces } from "../../../src/outbound/fetch-clip.ts";
import type { SendRequest } from "../../../src/outbound/send.ts";

/** The bytes at `url`, joined. */
export async function fetchWhole(url: string, send: SendRequest, limits: FetchLimits) {
  return joinBytes(await Array.fromAsync(fetchPieces(url, send, limits)));
}
