import { describe, expect, it } from 'vitest';
import { checkConfig, plainConfig } from '../../../src/engine/streams/streams-config.js';

describe('The configuration of an application', () => {
  it.each([
    [{ 'application.id': '' }, 'application.id'],
    [{ 'application.id': 'no good/name' }, 'application.id'],
    [{ 'application.id': 'app', 'commit.interval.ms': -1 }, 'commit.interval.ms'],
    [{ 'application.id': 'app', 'max.task.idle.ms': -2 }, 'max.task.idle.ms'],
    [{ 'application.id': 'app', 'num.standby.replicas': 1.5 }, 'num.standby.replicas'],
    [{ 'application.id': 'app', 'processing.guarantee': 'exactly_once_v2' }, 'processing.guarantee'],
    [{ 'application.id': 'app', 'num.stream.threads': 4 }, 'num.stream.threads'],
  ])('is refused with what would do: %j', (config, name) => {
    expect(() => checkConfig(config as never)).toThrow(
      expect.objectContaining({
        name: 'ConfigException',
        message: expect.stringMatching(`^Invalid value .* for configuration ${name}: expected is`) as string,
      }),
    );
  });

  it('may be Kafka’s, and may have more', () => {
    const config = {
      'application.id': 'app',
      'max.task.idle.ms': -1,
      'num.stream.threads': 1,
      'my.own': 7,
      handler: () => 0,
    };
    expect(() => checkConfig(config)).not.toThrow();
    expect(plainConfig(config, 'my.own')).toBe(7);
    expect(plainConfig(config, 'handler')).toBeUndefined();
  });
});
