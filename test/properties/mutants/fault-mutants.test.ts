import { findsMutants } from '../../mutants/mutant.js';
import { faultMutants } from './fault-mutants.js';

findsMutants(faultMutants);
