/** A Worker that passes orders from the network on to the stage that it binds. */
interface Env {
  readonly STAGE: { fetch(request: Request): Promise<Response> };
}

export default {
  fetch: (request: Request, { STAGE }: Env): Promise<Response> => STAGE.fetch(request),
};
