import { createAccounts, stopAccounts, type Dependencies } from './accounts.ts';
import type { Config } from './config/config.ts';
import type { AccountState } from './core/account-state.ts';
import { REASONS } from './core/reasons.ts';

/**
 * Requests a token and the numbers of every account once and prints one sentence per account. One account
 * at a time and without retries: with wrong credentials, every request counts against this IP address.
 */
export async function checkLogins(
  config: Config,
  dependencies: Dependencies,
  print: (line: string) => void,
): Promise<boolean> {
  const accounts = createAccounts([], config, { ...dependencies, retriesMax: 0 });
  for (const { poller } of accounts) {
    await poller.poll();
    print(describe(poller.state()));
  }
  await stopAccounts(accounts);
  const failures = accounts.filter(({ poller }) => poller.state().lastGood === undefined);
  if (failures.some(({ poller }) => poller.state().failures.credentials > 0)) {
    print(
      'Each wrong login counts: after several, the provider blocks this IP address for a time.',
    );
  }
  return failures.length === 0;
}

function describe({ name, lastPoll, lastGood }: AccountState): string {
  if (lastPoll !== undefined && 'reason' in lastPoll) {
    const { reason, detail } = lastPoll;
    return `${name}: failed with ${detail} (${reason}). ${REASONS[reason].remedy}`;
  }
  const numbers = lastGood?.snapshot.numbers ?? [];
  const connected = numbers.filter(({ online }) => online === 1).length;
  return `${name}: works, with ${numbers.length} numbers, ${connected} of them online.`;
}
