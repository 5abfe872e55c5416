import { expect, test } from 'vitest';
import { addressesOf } from '../../scripts/serve-app.mjs';

test('who serves on all addresses is told those that others can type', () => {
  const at = (address: string) =>
    ({ address, family: 'IPv4', netmask: '', mac: '', internal: false, cidr: null }) as const;
  const interfaces = { lo: [at('127.0.0.1')], wlan: [at('192.168.1.7')] };
  expect(addressesOf('http://0.0.0.0:8080/', interfaces)).toEqual([
    'http://127.0.0.1:8080/',
    'http://192.168.1.7:8080/',
  ]);
  expect(addressesOf('http://127.0.0.1:8080/', interfaces)).toEqual(['http://127.0.0.1:8080/']);
});
