import type { StreamsProgram } from '../streams-run-spec.js';
import { priceJoin } from './price-join.js';
import { priceTable } from './price-table.js';
import { retailDesk } from './retail-desk.js';
import type { StreamsCode } from './streams-code.js';
import { windowCount } from './window-count.js';

/** The code of a program. */
export function buildProgram(program: StreamsProgram): StreamsCode {
  switch (program.program) {
    case 'window-count':
      return windowCount(program);
    case 'price-table':
      return priceTable(program);
    case 'retail-desk':
      return retailDesk(program);
    case 'price-join':
      return priceJoin(program);
  }
}
