/** The choice of a backend by computing the probe on it. */
import { type Choice, type ChoiceParts, chooseBackend } from "../backend/choice.ts";
import { checkNumbers, checkSpeed, probedPrecisions } from "./probe.ts";

/** Chooses with the real clock and the probe's stored numbers; see `chooseBackend`. */
export function chooseTrustedBackend(
  parts: Pick<ChoiceParts, "host" | "candidates" | "forced" | "known" | "signal" | "report">,
): Promise<Choice> {
  return chooseBackend({
    ...parts,
    checkNumbers: (device, adapter) =>
      checkNumbers(device, probedPrecisions(adapter), { isForced: parts.forced !== undefined }),
    checkSpeed,
    nowMs: () => performance.now(),
  });
}
