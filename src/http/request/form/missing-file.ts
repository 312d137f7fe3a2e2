/** The error of a form that lacks a clip. */
import { UndertoneError } from "../../../errors.ts";

/** A form's fields by name, in order of appearance: a field may be sent more than once. Files are null. */
export type Fields = ReadonlyMap<string, readonly (string | null)[]>;

/**
 * Says what is in `field`, or in which other fields files are.
 * @param howToSend a sentence that shows a right form
 */
export function missingFile(field: string, fields: Fields, howToSend: string): UndertoneError {
  if (fields.has(field)) {
    const what = `Field \`${field}\` of the form has no file name, so it is text and not a file.`;
    return new UndertoneError("missing-file", `${what} ${howToSend}`);
  }
  const fileFields = [...fields].flatMap(([name, values]) => (values.includes(null) ? [name] : []));
  const names = fileFields.map((name) => `\`${name}\``).join(", ");
  const elsewhere = fileFields.length === 0 ? "" : ` but one in ${names}`;
  return new UndertoneError(
    "missing-file",
    `The form has no file in field \`${field}\`${elsewhere}. ${howToSend}`,
    fileFields.length === 0 ? {} : { fileFields },
  );
}
