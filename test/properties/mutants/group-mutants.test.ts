import { findsMutants } from '../../mutants/mutant.js';
import { groupMutants } from './group-mutants.js';

findsMutants(groupMutants);
