import type { ServerResponse } from "node:http";

/** Begins answers that are never whole, by path: `/drop`, `/half` and `/stall`; any other path stays without an answer. */
export function answerInPart(pathname: string, response: ServerResponse): unknown {
  switch (pathname) {
    case "/drop":
      return response.destroy();
    case "/half":
      response.writeHead(200, { "Content-Length": 500 });
      return response.write("half", () => response.destroy());
    case "/stall":
      return response.write("begun");
    default:
      return;
  }
}
