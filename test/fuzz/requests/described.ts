/** Requests by our OpenAPI document. */
import fc from "fast-check";
import { anyText, clips, encoder, inPieces } from "./bodies.ts";
import { headers } from "./headers.ts";
import type { FuzzedRequest } from "./send.ts";

/** What the document says of an operation, as far as it is used. */
interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}
interface Schema {
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Every operation of an OpenAPI document, with values that its schemas allow and others. */
export function described(document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}): fc.Arbitrary<FuzzedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
  return fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const parameters = operation.parameters ?? [];
    const query = fc.tuple(
      ...parameters
        .filter((parameter) => parameter.in === "query")
        .map(({ name, schema }) =>
          fc.option(
            parameterText(schema).map(
              (value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
            ),
            { nil: "" },
          ),
        ),
    );
    const filledPath = fc
      .array(
        fc.oneof(
          fc.constantFrom("0", "calls", "none", "%00", "..", "a%2fb"),
          fc.uuid(),
          anyText.map(safeComponent),
        ),
        { minLength: 4, maxLength: 4 },
      )
      .map((values) => {
        let at = 0;
        return path.replace(/\{[^}]+\}/g, () => values[at++ % values.length] as string);
      });
    const types = Object.keys(operation.requestBody?.content ?? {});
    const body =
      method === "GET" || method === "HEAD"
        ? fc.constant(undefined)
        : fc.option(
            inPieces(
              fc.oneof(
                clips,
                fc.json().map((json) => encoder.encode(json)),
                anyText.map((text) => encoder.encode(text)),
              ),
            ),
            { nil: undefined },
          );
    return fc
      .tuple(
        filledPath,
        query,
        headers,
        fc.constantFrom("application/octet-stream", ...types),
        body,
      )
      .map(([filled, pairs, others, type, pieces]) => {
        const search = pairs.filter((pair) => pair !== "").join("&");
        const request = {
          method,
          path: search === "" ? filled : `${filled}?${search}`,
          headers: { ...others, "Content-Type": type },
        };
        return pieces === undefined ? request : { ...request, pieces };
      });
  });
}

/** A value of a schema mostly, else any text. */
function parameterText(schema: Schema = {}): fc.Arbitrary<string> {
  const allowed = [...(schema.enum ?? []), schema.default, schema.minimum, schema.maximum]
    .filter((value) => value !== undefined && value !== null)
    .map(String);
  const odd = fc.oneof(
    fc.constantFrom("", "0", "-1", "1e9", "NaN", "all", "1,2", "1-3", "mean", "json", "true"),
    anyText,
  );
  return allowed.length === 0
    ? odd
    : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...allowed) }, odd);
}

/** Lone surrogates cannot be sent. */
function safeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed()) || "0";
}
