/** Stands for R2: puts its event notifications into the queue, which local mode does not do. */
export default { fetch: () => new Response(null, { status: 404 }) };
