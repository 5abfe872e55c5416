import { findsMutants } from '../../mutants/mutant.js';
import { coordinatorMutants } from './coordinator-mutants.js';

findsMutants(coordinatorMutants);
