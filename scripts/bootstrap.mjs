/**
 * Entry of npm's scripts: `node scripts/bootstrap.mjs [<flags of Node…>] [<script> [arguments…]]`; without a script, it
 * installs and builds.
 */
import { runScript } from "./run-script.mjs";

const given = process.argv.slice(2);
const scriptAt = given.findIndex((argument) => !argument.startsWith("--"));
const flags = given.slice(0, scriptAt === -1 ? given.length : scriptAt);
const [script, ...args] = given.slice(flags.length);
await runScript(script, args, { flags });
