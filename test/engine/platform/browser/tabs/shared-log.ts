import type { TabBroker } from '../../../../../src/engine/platform/browser/tabs/reign.js';
import type { SimulatedBrowser, SimulatedPort } from './simulated-browser.js';
import type { SimulatedTab } from './simulated-tab.js';

/** How long a broker takes to start, and a write to be durable. */
const startMs = 40;
const writeMs = 3;

export interface StoredValue {
  readonly value: string;
  readonly token: number;
}

/**
 * The storage that the brokers of all tabs share, with its fencing token, and what a broker does with it: it stores a value, and says so when it is durable. Whoever opens it last
 * is the only one who can write.
 */
export class SharedLog {
  readonly values: StoredValue[] = [];
  /** How many brokers are open for writing, as they see it themselves. */
  opened = 0;
  /** How often it can be opened before that fails; for a storage that breaks. */
  opensLeft = Infinity;
  private token = 0;

  constructor(
    private readonly browser: SimulatedBrowser,
    private readonly rules: { readonly isFenced: boolean } = { isFenced: true },
  ) {}

  async open(tab: SimulatedTab, onFenced: () => void): Promise<TabBroker> {
    await this.after(tab, startMs);
    if (this.opensLeft-- <= 0) throw new Error('The storage can not be opened.');
    const token = ++this.token;
    this.opened++;
    let isStopped = false;
    let writes = Promise.resolve();
    const write = async (value: string): Promise<boolean> => {
      await this.after(tab, writeMs);
      if (token !== this.token && this.rules.isFenced) {
        onFenced();
        return false;
      }
      this.values.push({ value, token });
      return true;
    };
    const ports: SimulatedPort[] = [];
    return {
      serve: (given) => {
        const port = given as unknown as SimulatedPort;
        port.moveTo(tab);
        ports.push(port);
        port.onmessage = ({ data }) => {
          if (isStopped) return;
          writes = writes.then(async () => {
            if (await write(data as string)) port.postMessage('stored');
          });
        };
        return Promise.resolve({ closed: new Promise<never>(() => {}), close: () => port.close() });
      },
      stop: async () => {
        isStopped = true;
        await writes;
        for (const port of ports) port.postMessage('closed');
      },
    };
  }

  /** Storage answers late, and only those who are awake. */
  private after(tab: SimulatedTab, delayMs: number): Promise<void> {
    return new Promise((resolve) => this.browser.timers.set(delayMs, () => tab.run(resolve)));
  }
}
