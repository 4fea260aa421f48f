// Constants the build puts into the sources.

/** The version in package.json; goes into the header of every op. */
declare const __APP_VERSION__: string;

/** Only in the service worker: what makes the app start offline. */
declare const __PRECACHE__: {
  /** Changes whenever any precached byte changes; use it in the cache's name. */
  readonly version: string;
  /** Absolute paths, `/` for index.html; hashed assets and the files of public/. */
  readonly urls: readonly string[];
};
