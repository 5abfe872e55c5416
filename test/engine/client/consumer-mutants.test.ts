import { findsMutants } from '../../mutants/mutant.js';
import { consumerMutants } from './consumer-mutants.js';

findsMutants(consumerMutants);
