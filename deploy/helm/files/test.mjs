// `helm test`: every exporter answers, and its last poll of every account succeeded.
const WAIT_MS = 120_000;
const RETRY_MS = 2000;

const until = Date.now() + WAIT_MS;
let failed = false;

async function get(url) {
  for (;;) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(
      (error) => error,
    );
    // Ready means polled once: until then it answers 503.
    if (response.status !== undefined && response.status !== 503) return response;
    if (Date.now() > until) throw response.cause ?? new Error(`${url} answers ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

for (const exporter of process.argv.slice(1)) {
  await get(`${exporter}/-/ready`);
  const response = await get(`${exporter}/api/status`);
  if (response.status === 401) {
    console.log(`${exporter}: ready; its accounts need a password`);
    continue;
  }
  const { accounts } = await response.json();
  for (const { name, condition, failure } of accounts) {
    console.log(`${exporter}: account ${name}: ${condition}`);
    if (failure === null) continue;
    failed = true;
    const { meaning, detail, remedy } = failure;
    console.log(`  ${meaning}${detail ? ` (${detail})` : ''}. ${remedy}`);
  }
}
process.exitCode = failed ? 1 : 0;
