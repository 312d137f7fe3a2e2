/** Gives every request the terms on which its body is taken, and gives back what its body and its clip held once it is answered. */
import type { MiddlewareHandler } from "hono";
import { freeMemory } from "../../bytes.ts";
import type { MemoryLedger } from "../../ledger.ts";
import type { Platform } from "../../platform/platform.ts";
import { BODY_OVERHEAD_BYTES, MAX_HOOK_BYTES, type Settings } from "../../platform/settings.ts";
import { callerOf } from "../access/caller.ts";
import type { AppEnv } from "../context.ts";
import type { PaceRules } from "../request/body/body-pace.ts";
import { countHeldBytes, type HeldBytes } from "../request/body/held-bytes.ts";
import { createBodyTurns } from "../request/body/turns.ts";

/** Five minutes of speech, each frame of 20 ms sent by itself as a recorder may do, are 15,000. */
const MIN_SMALL_PIECES = 16_384;
const SMALL_PIECES_PER_SECOND = 60;

/**
 * What bearers of keys hold is counted apart from what others do, who have yet to prove themselves: these cannot take the
 * memory of those. A caller is a key, or else an address; each may hold half, and the largest body in any case.
 */
export function setBodyTerms(platform: Platform): MiddlewareHandler<AppEnv> {
  const { settings } = platform;
  const pace = paceRules(settings);
  const { ledger } = platform;
  const authenticated = countFor(ledger, settings.maxHeldBodyBytes, settings.maxClipBytes);
  const unauthenticated = countFor(
    ledger,
    settings.maxUnauthenticatedBodyBytes,
    Math.min(settings.maxClipBytes, MAX_HOOK_BYTES),
  );
  const ownsPieces = platform.runtime === "workerd";
  // On Workers no request can wait for what another one does.
  const beginTurns = platform.runtime === "node" ? createBodyTurns() : () => null;
  return async (c, next) => {
    const held = c.get("caller") === undefined ? unauthenticated : authenticated;
    const holding = held.begin(callerOf(platform, c));
    const piecesArrived = () => platform.piecesOf(c.env);
    const { startSha256 } = platform;
    const turns = beginTurns();
    c.set("bodyTerms", { pace, holding, turns, piecesArrived, startSha256, ownsPieces });
    const clipMemory = ledger.open("clips");
    c.set("clipMemory", clipMemory);
    const clipSamples: Float32Array[] = [];
    c.set("clipSamples", clipSamples);
    try {
      await next();
    } finally {
      holding.release();
      clipMemory.release();
      for (const samples of clipSamples) freeMemory(samples);
    }
  };
}

function paceRules({
  minBodyBytesPerSecond,
  bodyRateSeconds,
  maxDecodedSeconds,
}: Settings): PaceRules {
  return {
    minBytesPerSecond: minBodyBytesPerSecond,
    averagedOverSeconds: bodyRateSeconds,
    maxSmallPieces: Math.max(MIN_SMALL_PIECES, SMALL_PIECES_PER_SECOND * maxDecodedSeconds),
  };
}

function countFor(ledger: MemoryLedger, maxBytes: number, largestBody: number): HeldBytes {
  const maxBytesPerCaller = Math.max(maxBytes / 2, largestBody + BODY_OVERHEAD_BYTES);
  return countHeldBytes({ maxBytes, maxBytesPerCaller, ledger });
}
