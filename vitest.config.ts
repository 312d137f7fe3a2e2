/** How the tests run: in Node, in as many processes at once as there are processors, and in few. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { SummaryReporter } from "./test/support/reporter.ts";

/** What starts programs, threads or devices, or changes its process: a process for each file. */
const OWN_PROCESS = [
  "test/{bench,browser,cli,clients,doors,openapi,package,platform,repository,runtime}/**/*.test.ts",
  "test/jobs/**/*.test.ts",
  "test/model/backend/**/*.test.ts",
  // It counts all instances of its process.
  "test/audio/codecs/wasm/instance.test.ts",
];

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: Math.min(Math.max(availableParallelism(), 2), 4),
    // Tests that start programs take seconds here, and many times as long on a busy CI machine.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    teardownTimeout: 20_000,
    // A busy CI machine starves a program now and then; the summary names each test that needed it.
    retry: process.env.CI === "true" ? 1 : 0,
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/properties.ts"],
    reporters: [process.stdout.isTTY ? "default" : "dot", new SummaryReporter()],
    projects: [
      { extends: true, test: { name: "programs", include: OWN_PROCESS } },
      {
        // The modules that files share are loaded once, which is half of what such a file takes.
        extends: true,
        test: {
          name: "modules",
          include: ["test/**/*.test.ts"],
          exclude: [...OWN_PROCESS, "**/node_modules/**"],
          isolate: false,
        },
      },
    ],
  },
});
