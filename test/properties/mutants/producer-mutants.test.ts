import { findsMutants } from '../../mutants/mutant.js';
import { producerMutants } from './producer-mutants.js';

findsMutants(producerMutants);
