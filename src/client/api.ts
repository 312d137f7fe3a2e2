/** The types of the API, which scripts/build-client-types.ts makes of its OpenAPI document. */
import type { components, operations, paths } from "../../build/client/api.ts";

export type { paths as Paths };

/** The objects that the API answers with, by their names in its OpenAPI document. */
export type Schemas = components["schemas"];

/** The query options of an operation. */
export type QueryOf<Operation extends keyof operations> = NonNullable<
  operations[Operation]["parameters"]["query"]
>;
