// The store's public face: what screens may read, and the small durable things they may write.
// Every read is of viewed rows (server row + own pending ops); nothing here talks to the network.

export type * from "./types.ts";
export { idOf, kindOf, membersOf, stateOf, textOf, valueOf } from "../protocol/rows.ts";
export type { Json, Row } from "../protocol/rows.ts";

export { hasBytes, original, thumbnail } from "./blobs.ts";
export { subscribe } from "./changes.ts";
export { nowMs, today } from "./clock.ts";
export { drafts, rememberPlace, restorePoint } from "./drafts.ts";
export { StoreError } from "./errors.ts";
export { ownDecisions, type Decision } from "./decisions.ts";
export { askPersistence, health } from "./health.ts";
export { currentAuthor } from "./identity.ts";
export {
  type Bureau, bureauName, bureaus, chainsKnown, chainsWaiting, deviceNames, enterprise, enterprises, isCitys, ownChain, people, person, phrases,
} from "./lookups.ts";
export {
  derivationsOf, finding, inspection, inspections, openFindings, order, photo, photos, reinspection, reinspectionsOf, todaysInspections, voices,
} from "./queries.ts";
export { KEPT_DAYS, prefer, preferences, type KeptDays, type Preferences } from "./preferences.ts";
export { dropOldOriginals } from "./retention.ts";
export { isFull, setAside } from "./reserve.ts";
export { freeable, requireRoomToCapture, room, type Held, type Room } from "./room.ts";
export { dropSpoken, keepPiece, unfinishedSpoken, type Spoken } from "./spoken.ts";
export { missingFor, UNNUMBERED_CAMERA } from "./shapes.ts";
export { viewed } from "./view.ts";
