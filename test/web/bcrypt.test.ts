import { hash } from 'bcryptjs';
import { expect, test } from 'vitest';
import { createPasswordCheck } from '../../src/web/bcrypt.ts';

test('a password is correct or wrong, and an invalid hash affects only its check', async () => {
  const isPassword = createPasswordCheck();
  const hashed = await hash('fake-password', 4);
  expect(await isPassword('fake-password', hashed)).toBe(true);
  expect(await isPassword('fake-password2', hashed)).toBe(false);
  // No string: the worker throws and ends, and the next check starts another one.
  await expect(isPassword('fake-password', 1 as unknown as string)).rejects.toThrow('argument');
  expect(await isPassword('fake-password', hashed)).toBe(true);
});
