/** Schemas of Parquet files: each column is its element and those below it, in order. */
import type { ParquetWriter } from "hyparquet-writer/src/parquet-writer.js";

/** An element as the writer takes it. */
export type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]["schema"][number];

/** A column, or a member of one. */
export type ColumnSchema = readonly SchemaElement[];

/** The types of single values. */
export type ValueType = "BOOLEAN" | "INT32" | "FLOAT" | "DOUBLE" | "TEXT";

/** A value; one that `isOptional` may be null. */
export function valueSchema(name: string, type: ValueType, isOptional = false): ColumnSchema {
  const repetition_type = isOptional ? "OPTIONAL" : "REQUIRED";
  if (type !== "TEXT") return [{ name, type, repetition_type }];
  return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
}

/** A list that may be null; `element` has to be called `element`. */
export function listSchema(name: string, element: ColumnSchema, isOptional = true): ColumnSchema {
  return [
    {
      name,
      repetition_type: isOptional ? "OPTIONAL" : "REQUIRED",
      num_children: 1,
      converted_type: "LIST",
    },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...element,
  ];
}

/** Named members that are always there together. */
export function structSchema(name: string, members: readonly ColumnSchema[]): ColumnSchema {
  return [{ name, repetition_type: "REQUIRED", num_children: members.length }, ...members.flat()];
}

/** All columns of a file. */
export function fileSchema(columns: readonly ColumnSchema[]): SchemaElement[] {
  return [{ name: "root", num_children: columns.length }, ...columns.flat()];
}
