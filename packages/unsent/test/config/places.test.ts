import { describe, expect, test } from 'vitest';
import { configPlaces, resolveFrom, statePlace } from '../../src/config/places.ts';

const env = { HOME: '/home/u' };

describe('the configuration file', () => {
  test('--config beats UNSENT_CONFIG beats the default places', () => {
    const withEnv = { ...env, UNSENT_CONFIG: '/e.yaml' };
    expect(configPlaces('c.yaml', withEnv, '/w')).toEqual([{ path: '/w/c.yaml', isDemanded: true }]);
    expect(configPlaces(null, withEnv, '/w')).toEqual([{ path: '/e.yaml', isDemanded: true }]);
    expect(configPlaces(null, env, '/w').map(({ path }) => path)).toEqual([
      '/etc/unsent/unsent.yaml',
      '/home/u/.config/unsent/unsent.yaml',
    ]);
    expect(configPlaces(null, { ...env, XDG_CONFIG_HOME: '/x' }, '/w')[1]?.path).toBe('/x/unsent/unsent.yaml');
  });
});

describe('the database', () => {
  test.each([
    ['--state', 's.db', { path: '/etc/unsent/unsent.yaml', state: '/c.db' }, '/w/s.db'],
    ['the configuration', null, { path: '/etc/unsent/unsent.yaml', state: '/c.db' }, '/c.db'],
    [
      'the shared place beside /etc/unsent',
      null,
      { path: '/etc/unsent/unsent.yaml', state: null },
      '/var/lib/unsent/unsent.db',
    ],
    ["the user's own place", null, { path: null, state: null }, '/home/u/.local/state/unsent/unsent.db'],
  ])('%s', (_, option, config, place) => {
    expect(statePlace(option, config, env, '/w')).toBe(place);
  });

  test('XDG_STATE_HOME moves it', () => {
    expect(statePlace(null, { path: null, state: null }, { XDG_STATE_HOME: '/x' }, '/w')).toBe('/x/unsent/unsent.db');
  });
});

test.each([
  ['~/a', '/home/u/a'],
  ['a', '/etc/unsent/a'],
  ['/a', '/a'],
])('%s in the file is %s', (path, resolved) => {
  expect(resolveFrom('/etc/unsent/unsent.yaml', path, env)).toBe(resolved);
});
