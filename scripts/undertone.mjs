#!/usr/bin/env node
/** The `undertone` command, of `npx undertone` and `npm run undertone`. */
import { runScript } from "./run-script.mjs";

// npm run goes to the repository's root; paths are relative to where the user is.
const isNpmRun = process.env.npm_lifecycle_event === "undertone";
const directory = (isNpmRun && process.env.INIT_CWD) || process.cwd();
await runScript("src/cli/undertone.ts", process.argv.slice(2), { directory });
