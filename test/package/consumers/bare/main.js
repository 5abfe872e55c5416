import { openPartita } from '/node_modules/partita/dist/index.js';
import { roundTrip } from './round-trip.js';

void roundTrip(openPartita);
