/** Clips of every container: made by its grammar with hostile numbers, or made by encoders and then damaged. */
import fc from "fast-check";
import { ALL_FILES, damageTo, fieldFiles } from "../../support/clips/damage.ts";
import { boxFiles } from "./boxes.ts";
import { chunkFiles } from "./chunks.ts";
import { elementFiles } from "./elements.ts";
import { frameFiles } from "./frames.ts";
import type { FuzzedFile } from "./hostile.ts";
import { pageFiles } from "./pages.ts";

/** Half of them by grammar. */
export async function fuzzedFiles(): Promise<fc.Arbitrary<FuzzedFile>> {
  return fc.oneof(
    { weight: 2, arbitrary: chunkFiles },
    { weight: 2, arbitrary: boxFiles },
    { weight: 2, arbitrary: elementFiles },
    { weight: 2, arbitrary: pageFiles },
    { weight: 2, arbitrary: frameFiles },
    { weight: 5, arbitrary: damageTo(ALL_FILES) },
    { weight: 5, arbitrary: damageTo(await fieldFiles()) },
  );
}
