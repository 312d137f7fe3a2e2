/** How the tests run: in Node, a file per process, few enough at once for two cores. */
import { defineConfig } from "vitest/config";
import { SummaryReporter } from "./test/support/reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    reporters: [process.stdout.isTTY ? "default" : "dot", new SummaryReporter()],
  },
});
