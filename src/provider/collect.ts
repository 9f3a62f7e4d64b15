import type { Clock } from '../core/clock.ts';
import { PollError } from '../core/reasons.ts';
import type { Secret } from '../core/secret.ts';
import type { FurtherCall } from './calls.ts';
import { slowDown, type Cooldown } from './cooldown.ts';
import { startDeadline } from './retry.ts';
import type { SendCall } from './tokens.ts';

/** Sends a call and returns the body of its successful response. Throws PollError. */
export type Request = (call: FurtherCall, body?: object) => Promise<unknown>;

/** The provider's API for collectors, which only use the token of the last poll. */
export interface Collect {
  /** Whether collectors may send requests: there is a token, and no cool-down. */
  mayCollect(): boolean;
  /** Runs a collector within one deadline. Throws what `run` throws, or the signal's reason. */
  collect<T>(signal: AbortSignal, run: (request: Request) => Promise<T>): Promise<T>;
}

interface CollectOptions {
  readonly call: SendCall;
  readonly liveToken: () => Secret | undefined;
  readonly numbersCooldown: Cooldown;
  readonly collectorsCooldown: Cooldown;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** A rejected token fails the run only: whether it is discarded is decided by the numbers call. */
export function createCollect(options: CollectOptions): Collect {
  const { call, liveToken, numbersCooldown, collectorsCooldown, timeoutMs, clock } = options;
  return {
    mayCollect: () =>
      liveToken() !== undefined &&
      [numbersCooldown, collectorsCooldown].every((cooldown) => cooldown.untilMs() === undefined),
    async collect(signal, run) {
      const deadline = startDeadline(clock, timeoutMs, signal);
      const request: Request = async (name, body) => {
        const token = liveToken();
        if (token === undefined) throw new PollError('token', 'the access token has expired');
        const json = body && { body: JSON.stringify(body) };
        const type = body && { 'content-type': 'application/json' };
        const headers = { ...authorize(token), ...type };
        try {
          const answer = await call(name, deadline, { headers, ...json });
          collectorsCooldown.end();
          return answer.body;
        } catch (error) {
          slowDown(collectorsCooldown, error);
          throw error;
        }
      };
      try {
        return await run(request);
      } finally {
        deadline.end();
      }
    },
  };
}

export const authorize = (token: Secret) => ({ authorization: `Bearer ${token.reveal()}` });
