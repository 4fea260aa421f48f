// Words of the supervisor's screens, put together from their areas. Keys begin with "sup.".

import { board } from "./supervise/board.ts";
import { field } from "./supervise/field.ts";
import { finding } from "./supervise/finding.ts";
import { held } from "./supervise/held.ts";
import { phones } from "./supervise/phones.ts";
import { recordings } from "./supervise/recordings.ts";
import { timeline } from "./supervise/timeline.ts";

export const supervise = {
  zh: { ...board.zh, ...field.zh, ...finding.zh, ...held.zh, ...phones.zh, ...recordings.zh, ...timeline.zh },
  en: { ...board.en, ...field.en, ...finding.en, ...held.en, ...phones.en, ...recordings.en, ...timeline.en },
} as const;
