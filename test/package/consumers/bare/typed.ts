import { openPartita, type Partita } from 'partita';

export async function greet(): Promise<string> {
  const log: Partita = await openPartita({ name: 'shop', storage: 'memory' });
  const producer = log.producer();
  await producer.connect();
  const [sent] = await producer.send({ topic: 'greetings', messages: [{ key: 'a', value: 'hello' }] });
  await producer.disconnect();
  await log.close();
  const offset: string | undefined = sent?.baseOffset;
  return offset ?? 'none';
}
