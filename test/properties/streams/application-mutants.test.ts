import { findsMutants } from '../../mutants/mutant.js';
import { applicationMutants } from './application-mutants.js';

findsMutants(applicationMutants);
