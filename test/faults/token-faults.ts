import type { Fault } from '../../src/simulator/faults.ts';
import type { Scene } from './scene.ts';

/** Makes the token call fail, and the next poll need it. */
export const onToken = (fault: Fault) => (scene: Scene) => {
  scene.provider.faults.token = fault;
  scene.provider.revokeTokens();
};
export const onNumbers = (fault: Fault) => (scene: Scene) => {
  scene.provider.faults.numbers = fault;
};
export const failWith = (reason: unknown): Fault => ({
  kind: 'reply',
  body: JSON.stringify({ status: 'FAIL', reason, apiKey: 'fake-api-key-in-a-fail' }),
});
