/** DescribeCluster v0-2. This broker is the whole cluster. Left out: access rules, so that everybody may do everything; fenced brokers, of which there are none. */
import { errorCode, type ErrorName } from '../protocol/errors.js';
import { operations } from './authorized-operations.js';
import type { Handler } from './handler.js';

const brokerEndpoint = 1;
const controllerEndpoint = 2;

export const handleDescribeCluster: Handler<'DescribeCluster'> = ({ nodeId, clusterId, advertised }, { request }) => {
  const refuse = (error: ErrorName, errorMessage: string) => ({
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    errorMessage,
    clusterId,
    brokers: [],
  });
  if (request.endpointType === controllerEndpoint)
    return refuse(
      'MISMATCHED_ENDPOINT_TYPE',
      'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER',
    );
  if (request.endpointType !== brokerEndpoint)
    return refuse('UNSUPPORTED_ENDPOINT_TYPE', `Unsupported endpoint type ${request.endpointType}`);
  return {
    throttleTimeMs: 0,
    errorCode: 0,
    errorMessage: null,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, host: advertised.host, port: advertised.port, rack: null }],
    ...(request.includeClusterAuthorizedOperations && { clusterAuthorizedOperations: operations.cluster }),
  };
};
