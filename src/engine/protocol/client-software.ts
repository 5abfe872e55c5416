/** What our clients say they are in ApiVersions (KIP-511). */
export const clientSoftware = { name: 'partita', version: '0.1.0' } as const;
