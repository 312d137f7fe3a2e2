/** The newest file of migrations/, without which the code does not work. */
export const LATEST_MIGRATION = "0009_homes.sql";
