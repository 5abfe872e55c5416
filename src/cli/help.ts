export const generalHelp = `Usage: partita <command> [options]

  serve           run a broker that Kafka's clients can talk to
  gateway         let browsers reach a Kafka cluster through a WebSocket
  export          write topics into a file
  import          bring topics from such a file
  streams-reset   have a streams application process its input again

  partita <command> --help tells the options of a command, partita --version the version.
`;

export const serveHelp = `Usage: partita serve [options]

Runs one broker with Kafka's protocol. Everything is kept in memory unless --data-dir is given.

Where it listens
  --host <host>              127.0.0.1 by default; others need --user or --tls-client-ca, and TLS
  --port <port>              9092 by default, 0 for a free one
  --advertised <host:port>   where clients find the broker, if that is somewhere else
  --websocket [port]         also serves browsers, on 9095 or that port
  --allow-origin <origin>    a page that may connect by WebSocket, as https://app.example; may be repeated
  --ui [port]                shows the broker in a page, at 9096 of this machine or that port

Where the logs are
  --data-dir <folder>        files in Kafka's own layout; one process has a folder
  --max-memory <size>        the most that is kept in memory: 1g by default

How it behaves
  --profile <name>           kafka (Kafka's defaults), classroom or test (short delays)
  --config <key=value>       a setting by Kafka's name, as num.partitions=3; may be repeated
  --cluster-id <id>          names the cluster; a random one by default

Who may come in
  --user <name:password>     lets this user in, by SCRAM or PLAIN, and nobody without; may be repeated
  --users-file <file>        the same from a file, a name:password a line, which ps does not show
  --tls-key, --tls-cert <file>   serves TLS
  --tls-client-ca <file>     clients must show a certificate that this one has signed
  --allow-plaintext          something else encrypts: a proxy, the network of a container

  --help, --version

Stops at Ctrl+C or SIGTERM, after it has answered what was asked and written what was appended.
`;

export const gatewayHelp = `Usage: partita gateway --upstream <host:port> --allow-origin <origin> [options]

Lets pages reach a Kafka cluster: a WebSocket for each connection, carried to a broker of that cluster and to nothing else.

  --upstream <host:port>     a broker of the cluster; may be repeated. Others are found by its metadata
  --upstream-tls             speaks TLS to the cluster
  --upstream-ca <file>       and trusts certificates that this one has signed
  --upstream-sasl <name>     plain, scram-sha-256 or scram-sha-512: how the gateway itself asks for the metadata, with
                             PARTITA_UPSTREAM_USER and PARTITA_UPSTREAM_PASSWORD from the environment. Pages
                             authenticate for themselves, with their own.
  --host <host>              127.0.0.1 by default
  --port <port>              9095 by default, 0 for a free one
  --allow-origin <origin>    a page that may connect, as https://app.example; may be repeated
  --allow-host <host:port>   a further name by which pages call this machine; may be repeated
  --allow-plaintext          listens beyond this machine: something before it encrypts

  --help, --version
`;

export const exportHelp = `Usage: partita export --data-dir <folder> [options] <file>

Writes topics of the logs in a folder into a file: a tar with Kafka's own segments in it. No broker may run on the folder meanwhile.

  --data-dir <folder>   where the logs are
  --topic <name>        a topic to export; may be repeated. All of them by default
  --no-groups           leaves out what groups have committed

  --help, --version
`;

export const importHelp = `Usage: partita import --data-dir <folder> [options] <file>

Brings the topics of an export to the logs in a folder. The whole file is checked before anything changes; then all its topics are there,
or none if something is wrong. No broker may run on the folder meanwhile.

  --data-dir <folder>   where the logs are, or shall be
  --rename <old=new>    gives a topic another name; may be repeated
  --no-groups           leaves out what groups have committed

  --help, --version
`;

export const streamsResetHelp = `Usage: partita streams-reset --application-id <id> [options]

Has a streams application process its input again: sets its offsets in the input topics back, and deletes its internal topics (repartition
and changelog). Stop all its instances first; what they keep of the state on disks goes with cleanUp().

  --application-id <id>            the application
  --bootstrap-server <host:port>   a broker, 127.0.0.1:9092 by default; several with commas
  --input-topics <a,b>             the topics that it is to read again
  --internal-topics <a,b>          deletes only these of its internal topics; all of them by default

Where it is to begin (one of these)
  --to-earliest                    at the earliest offset, the default
  --to-latest                      at the end
  --to-offset <offset>             at this offset
  --to-datetime <time>             with the first record from YYYY-MM-DDTHH:mm:SS.sss on
  --by-duration <duration>         with the first record of the last so long, as P7D
  --shift-by <count>               so many records on, or back if negative
  --from-file <file>               as a file says: lines of topic,partition,offset

  --force                          puts instances out that are still members of the group
  --dry-run                        tells what would be done, and does nothing
  --help, --version
`;
