// The tus project's own server on a folder: no accounts, no digest, no fsync. Arguments: modules, folder, port.
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";

const [modules, folder, port] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(`${modules}/`).resolve(name)).href);
const { Server } = await load("@tus/server");
const { FileStore } = await load("@tus/file-store");
new Server({ path: "/files", datastore: new FileStore({ directory: folder }) }).listen({ host: "127.0.0.1", port: Number(port) });
