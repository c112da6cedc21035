// Prism's proxy for several documents in one process: `prism proxy` takes 1.5 CPU seconds to start for each.
// Usage: node prism_proxies.js UPSTREAM DOCUMENT...
// Prints one line of JSON, the addresses of the proxies in the order of the documents, and serves until it is killed.
const { createLogger } = require('@stoplight/prism-core');
const { getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const { createServer } = require('@stoplight/prism-http-server');

// What `prism proxy DOCUMENT UPSTREAM` sets.
const config = {
  checkSecurity: true, errors: false, isProxy: true, mock: { dynamic: false }, upstream: new URL(process.argv[2]),
  upstreamProxy: undefined, validateRequest: true, validateResponse: true,
};

async function proxy(document) {
  const operations = await getHttpOperationsFromSpec(document);
  if (operations.length === 0) throw new Error(`${document}: no operations`);
  const logger = createLogger('tests', { level: 'silent' });
  return createServer(operations, { components: { logger }, config, cors: true }).listen(0, '127.0.0.1');
}

Promise.all(process.argv.slice(3).map(proxy)).then(addresses => console.log(JSON.stringify(addresses)));
