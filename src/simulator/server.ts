import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAnswers, type Answers, type AnswersOptions } from './answers.ts';
import { sendFault, sendJson, type Call, type Fault, type Faults } from './faults.ts';

export interface SimulatorOptions extends AnswersOptions {
  /** 0 (default) for a free port. */
  readonly port?: number;
  readonly host?: string;
  readonly faults?: Faults;
}

/** Requests since the start, by call, and by call and outcome. */
interface RequestCounts extends Record<Call, number> {
  /** Such as `token ok`, `numbers FAIL 3`, `numbers fault drip`; missing if there were none. */
  readonly outcomes: Partial<Record<`${Call} ${string}`, number>>;
}

export interface Simulator extends Pick<Answers, 'revokeTokens' | 'rotateSecret'> {
  /** Base URL of the API, for api_url. */
  readonly url: string;
  readonly requests: Readonly<RequestCounts>;
  readonly faults: Faults;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

const BASE = '/api';
const CALLS: Readonly<Record<string, Call>> = {
  [`${BASE}/settings/accessToken`]: 'token',
  [`${BASE}/whatsapp/getWhatsApp`]: 'numbers',
  [`${BASE}/whatsapp/getRegisteredNumbers`]: 'registered_numbers',
  [`${BASE}/whatsapp/getAccounts`]: 'onboardings',
  [`${BASE}/online/getAccounts`]: 'online_accounts',
  [`${BASE}/online/getInboxes`]: 'inboxes',
  [`${BASE}/whatsapp/getConversationsStatistics`]: 'monthly_statistics',
};

/** An HTTP server with the provider's documented API. Rejects if the port is not available. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1' } = options;
  const answers = createAnswers(options);
  const faults: Faults = { ...options.faults };
  const none = Object.fromEntries(Object.values(CALLS).map((call) => [call, 0]));
  const requests = { ...(none as Record<Call, number>), outcomes: {} } as RequestCounts;

  const count = (call: Call, outcome: string) => {
    requests.outcomes[`${call} ${outcome}`] = (requests.outcomes[`${call} ${outcome}`] ?? 0) + 1;
  };

  const answer = async (call: Call, req: IncomingMessage) => {
    const { method = '', headers } = req;
    return answers.answer(call, {
      method,
      authorization: headers.authorization,
      body: await text(req),
    });
  };

  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const call = CALLS[req.url?.split('?', 1)[0] ?? ''];
    if (call === undefined) return void res.writeHead(404).end();
    requests[call] += 1;
    const fault = takeFault(faults, call);
    if (fault !== undefined) {
      count(call, `fault ${fault.kind}`);
      return sendFault(res, fault, () => answer(call, req));
    }
    const body = await answer(call, req);
    count(call, body['reason'] === 1 ? 'ok' : `FAIL ${String(body['reason'])}`);
    sendJson(res, body);
  };

  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      // Ignored if the client has disconnected; any other error is a bug.
      if (!req.socket.destroyed) throw error;
    });
  });
  server.listen(port, host);
  await once(server, 'listening');

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}${BASE}`,
    requests,
    faults,
    revokeTokens: answers.revokeTokens,
    rotateSecret: answers.rotateSecret,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The fault for this request; counts down a limited one. */
function takeFault(faults: Faults, call: Call): Fault | undefined {
  const fault = faults[call];
  if (fault?.times !== undefined) {
    faults[call] = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
  }
  return fault;
}
