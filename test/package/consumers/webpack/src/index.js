import { openPartita } from 'partita';
import { roundTrip } from './round-trip.js';

void roundTrip(openPartita);
