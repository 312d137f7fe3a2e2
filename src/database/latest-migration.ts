/** The newest file of migrations/, without which the code does not work. */
export const LATEST_MIGRATION = "0005_deliveries_in_flight.sql";
