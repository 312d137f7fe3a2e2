/** Errors of pickles. */
import { UndertoneError } from "../../../errors.ts";

/** A pickle that breaks its own format, or describes tensors that cannot be. */
export function invalidPickle(what: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-invalid",
    `The pickle ${what}; fetch the checkpoint again.`,
  );
}

/** A pickle that wants what reading tensors does not need. */
export function unsafePickle(
  what: string,
  extensions: Readonly<Record<string, unknown>> = {},
): UndertoneError {
  return new UndertoneError(
    "checkpoint-unsafe",
    `The pickle ${what}. Nothing of it was run. Use the checkpoint's safetensors, or save its state_dict alone.`,
    extensions,
  );
}

/** An opcode that no pickle of tensors has, at a byte of the file. */
export function unsafeOpcode(opcode: number, at: number): UndertoneError {
  const byte = `0x${opcode.toString(16).padStart(2, "0")}`;
  return unsafePickle(`uses opcode ${byte} at byte ${at}, which no tensor needs`, { opcode: byte });
}
