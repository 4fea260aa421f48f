// Words of the inspector's screens, put together from their areas. Keys begin with the screen's name.

import { capture } from "./inspect/capture.ts";
import { carry } from "./inspect/carry.ts";
import { documents } from "./inspect/documents.ts";
import { entrance } from "./inspect/entrance.ts";
import { home } from "./inspect/home.ts";
import { inspection } from "./inspect/inspection.ts";
import { recordings } from "./inspect/recordings.ts";
import { storage } from "./inspect/storage.ts";

export const inspect = {
  zh: { ...home.zh, ...entrance.zh, ...inspection.zh, ...capture.zh, ...documents.zh, ...carry.zh, ...recordings.zh, ...storage.zh },
  en: { ...home.en, ...entrance.en, ...inspection.en, ...capture.en, ...documents.en, ...carry.en, ...recordings.en, ...storage.en },
} as const;
