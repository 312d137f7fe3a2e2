/** Terms for bodies that are read without an app around them. */

import { portableSha256 } from "../../../src/crypto/sha256.ts";
import type { BodyTerms } from "../../../src/http/request/body/body.ts";
import { countHeldBytes } from "../../../src/http/request/body/held-bytes.ts";
import { createLedger } from "../../../src/ledger.ts";

/** Terms that no ordinary body meets the end of. */
export function generousTerms(terms: Partial<BodyTerms> = {}): BodyTerms {
  const bounds = { maxBytes: 1e9, maxBytesPerCaller: 1e9, ledger: createLedger(1e9) };
  return {
    pace: { minBytesPerSecond: 0, averagedOverSeconds: 30, maxSmallPieces: 1_000_000 },
    holding: countHeldBytes(bounds).begin("test"),
    turns: null,
    piecesArrived: () => null,
    startSha256: portableSha256,
    ownsPieces: false,
    ...terms,
  };
}
