/** Imported into `npm run deploy` (`node --import`): leads what is sent to addresses on workers.dev to the server at DEPLOYED_AT. */
import { Agent, request } from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const { fetch } = globalThis;
const ADDRESS = /^https:\/\/[^/]+\.workers\.dev(?=\/)/;
const led = (input: unknown) => String(input).replace(ADDRESS, String(process.env.DEPLOYED_AT));

globalThis.fetch = (input, init) =>
  input instanceof Request ? fetch(input, init) : fetch(led(input), init);
https.request = ((url: URL, options: object, answered: () => void) =>
  request(led(url), { ...options, agent: new Agent() }, answered)) as typeof https.request;
syncBuiltinESMExports();
