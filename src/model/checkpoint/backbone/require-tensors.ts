/** Compares the tensors a checkpoint has with those its architecture needs. */
import { UndertoneError } from "../../../errors.ts";
import type { TensorShapes } from "./expected-tensors.ts";

const MAX_NAMED_PER_KIND = 8;

/**
 * Passes if `found` has just the tensors of `expected`, in their shapes.
 * @throws UndertoneError `checkpoint-invalid` naming tensors that are missing, extra or misshapen; all of them are in the
 *   extensions `missing`, `extra` and `misshapen`.
 */
export function requireTensors(found: TensorShapes, expected: TensorShapes): void {
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const extra = [...found.keys()].filter((name) => !expected.has(name));
  const misshapen = [...expected].flatMap(([name, shape]) => {
    const foundShape = found.get(name);
    if (foundShape === undefined || foundShape.join() === shape.join()) return [];
    return [{ name, expected: shape, found: foundShape }];
  });
  if (missing.length + extra.length + misshapen.length === 0) return;
  const faults = [
    describe("missing", missing),
    describe("extra", extra),
    describe(
      "misshapen",
      misshapen.map((fault) => `${fault.name} is [${fault.found}], not [${fault.expected}]`),
    ),
  ];
  throw new UndertoneError(
    "checkpoint-invalid",
    `The weights do not fit config.json: ${faults.filter(Boolean).join("; ")}. Use the config.json that belongs to them.`,
    { missing, extra, misshapen },
  );
}

function describe(kind: string, faults: readonly string[]): string {
  if (faults.length === 0) return "";
  const rest = faults.length - MAX_NAMED_PER_KIND;
  const named = faults.slice(0, MAX_NAMED_PER_KIND).join(", ");
  return `${faults.length} ${kind} (${named}${rest > 0 ? `, and ${rest} more` : ""})`;
}
