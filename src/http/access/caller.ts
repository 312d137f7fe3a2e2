/** Whom the shares of a service's memory and connections are counted for. */
import type { Context } from "hono";
import type { Platform } from "../../platform/platform.ts";
import type { AppEnv } from "../context.ts";
import { networkOf } from "./client-network.ts";

/** The id of a request's key, or else the network that it came from; those whose address is not known are counted as one. */
export function callerOf(platform: Platform, c: Context<AppEnv>): string {
  return c.get("caller")?.keyId ?? networkOf(platform.addressOf(c.req.raw, c.env) ?? "");
}
