// The flow of tus-js-client's own tests against a server: begin, break off, find the upload again, resume, finish;
// creation with data; termination; a parallel upload, which needs concatenation, refused. Arguments: JSON; prints JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const asked = JSON.parse(process.argv[2]);
const tus = createRequire(asked.client)("tus-js-client");
const content = readFileSync(asked.file);

const run = (content, options, onBegun = () => undefined) =>
  new Promise((resolve) => {
    const steps = [];
    const upload = new tus.Upload(content, {
      endpoint: asked.endpoint,
      headers: asked.headers,
      chunkSize: asked.chunk,
      retryDelays: [200, 500, 1000, 2000],
      metadata: asked.metadata,
      onChunkComplete: (_size, accepted) => {
        steps.push(accepted);
        if (accepted >= (options.stopAt ?? Infinity)) void upload.abort().then(() => resolve({ steps, upload, error: "" }));
      },
      onSuccess: () => resolve({ steps, upload, error: "" }),
      onError: (error) => resolve({ steps, upload, error: `${error.originalResponse?.getStatus() ?? error}` }),
      ...options,
    });
    onBegun(upload);
    upload.start();
  });

const storage = new tus.FileUrlStorage(asked.storage);
const kept = { urlStorage: storage, fingerprint: () => Promise.resolve(asked.metadata.sha256) };
const first = await run(content, { ...kept, stopAt: content.length / 2 });
const found = await first.upload.findPreviousUploads();
const second = await run(content, kept, (upload) => upload.resumeFromPreviousUpload(found[0]));
const withData = await run(readFileSync(asked.other), { uploadDataDuringCreation: true, metadata: asked.otherMetadata });
const given = await run(readFileSync(asked.third), { stopAt: asked.chunk, metadata: asked.thirdMetadata });
await tus.Upload.terminate(given.upload.url, { headers: asked.headers }).catch((error) => {
  if (error.originalResponse?.getStatus() !== 404) throw error; // 404: the first reply was cut off, and it was done
});
const parallel = await run(readFileSync(asked.third), { parallelUploads: 2, retryDelays: null, metadata: asked.thirdMetadata, metadataForPartialUploads: asked.thirdMetadata });
process.stdout.write(JSON.stringify({
  first: first.steps, found: found.length, second: { steps: second.steps, error: second.error }, sameUrl: first.upload.url === second.upload.url,
  withData: { steps: withData.steps, error: withData.error }, ended: given.upload.url, parallel: parallel.error,
}));
