/** TypeScript types of an OpenAPI document, as users make them with openapi-typescript. */
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const BLOB = ts.factory.createTypeReferenceNode("Blob");

/** The types of `document`; files are Blobs, as openapi-typescript's documentation shows. */
export async function openApiTypes(document: string): Promise<string> {
  const nodes = await openapiTS(document, {
    transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
  });
  return astToString(nodes);
}
