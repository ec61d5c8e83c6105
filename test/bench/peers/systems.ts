/** Another system that takes part. */
export interface System {
  /** The package, in the peers' own workspace, whose version is told. */
  readonly package: string
  /** Whether it may only run where there is no network but loopback: it cannot be told to stay there. */
  readonly isolated?: boolean
}

/** The systems that anyfeed is measured beside, by name; a number in it is the major version. */
export const systems: Readonly<Record<string, System>> = {
  'hypercore 1': { package: 'hypercore-1' },
  'hypercore 11': { package: 'hypercore' },
  webtorrent: { package: 'webtorrent' },
  helia: { package: 'helia' },
  'iroh-blobs': { package: '@number0/iroh', isolated: true }
}
