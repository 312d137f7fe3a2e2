/** Requests by our OpenAPI document, with keys that are valid and ids that exist, mostly. */
import fc from "fast-check";
import { HOOK } from "../../../bench/hostile/known-attacks.ts";
import { anyText, inPieces } from "./bodies.ts";
import { bodiesOf } from "./described-bodies.ts";
import type { ApiDocument, Operation } from "./document.ts";
import { KEY_NAMES, SIGNATURE_NAME } from "./existing.ts";
import { headers } from "./headers.ts";
import type { FuzzedRequest } from "./send.ts";
import { textOfSchema } from "./values.ts";

/** Every operation of an OpenAPI document, with values that its schemas allow and others. */
export function described(document: ApiDocument): fc.Arbitrary<FuzzedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => requestsOf(path, method, operation)),
  );
  return fc.oneof(...operations);
}

function requestsOf(
  path: string,
  method: string,
  operation: Operation,
): fc.Arbitrary<FuzzedRequest> {
  const takesBody = operation.requestBody !== undefined || method === "delete";
  return fc
    .record({
      filled: filledPath(path, method),
      search: queryOf(operation),
      others: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, headers),
      proof: proofs,
      body: takesBody ? fc.option(bodiesOf(operation), { freq: 8 }) : fc.constant(null),
    })
    .chain(({ filled, search, others, proof, body }) => {
      const type: Record<string, string> = body === null ? {} : { "Content-Type": body.type };
      const request: FuzzedRequest = {
        operation: path,
        method: method.toUpperCase(),
        path: search === "" ? filled : `${filled}?${search}`,
        headers: { ...others, ...type, ...proof },
      };
      if (body === null) return fc.constant(request);
      return inPieces(fc.constant(body.bytes)).map((pieces) => ({ ...request, pieces }));
    });
}

/** A key of the service and a signature of its hook, mostly. */
const proofs = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(...KEY_NAMES, "key", "key", "key").map((name) => ({
      Authorization: `Bearer {{${name}}}`,
      "X-Hub-Signature-256": `{{${SIGNATURE_NAME}}}`,
    })),
  },
  { weight: 1, arbitrary: fc.constant({}) },
);

/** What is there under the names of a path's parameters. */
function existingFor(path: string, method: string, name: string): readonly string[] {
  if (name === "delivery") return ["{{delivery}}"];
  // The other one is for those who come after it.
  if (method === "delete") return ["{{failed_job}}"];
  if (path.startsWith("/v1/jobs")) return ["{{job}}", "{{job}}", "{{failed_job}}", "{{batch}}"];
  if (path.startsWith("/v1/batches")) return ["{{batch}}", "{{job}}"];
  if (path.startsWith("/v1/packs/blobs")) return ["{{blob}}"];
  if (path.startsWith("/v1/hooks")) return [HOOK];
  if (path.startsWith("/problems")) return ["not-audio", "queue-full"];
  return ["{{model}}"];
}

function filledPath(path: string, method: string): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  const strange = fc.oneof(
    fc.constantFrom("0", "none", "%00", "..", "a%2fb", "{{job}}", "{{batch}}", "{{model}}"),
    fc.uuid(),
    anyText.map(safeComponent),
  );
  const values = names.map((name) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...existingFor(path, method, name)) },
      strange,
    ),
  );
  return fc.tuple(...values).map((chosen) => {
    let at = 0;
    return path.replace(/\{[^}]+\}/g, () => chosen[at++] as string);
  });
}

/** Few of the parameters, lest one that is wrong hides all others. */
function queryOf({ parameters = [] }: Operation): fc.Arbitrary<string> {
  const pairs = parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema }) =>
      textOfSchema(name, schema).map((value) => `${safeComponent(name)}=${queryText(value)}`),
    );
  if (pairs.length === 0) return fc.constantFrom("", "", "x=1");
  return fc.array(fc.oneof(...pairs), { maxLength: 4 }).map((chosen) => chosen.join("&"));
}

/** Names of what exists stay as they are, to be filled in. */
function queryText(value: string): string {
  return /^\{\{\w+\}\}$/.test(value) ? value : encodeURIComponent(value.toWellFormed());
}

/** Lone surrogates cannot be sent. */
function safeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed()) || "0";
}
