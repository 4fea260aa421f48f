// Words of the inspector's screens. Keys begin with the screen's name.

import { dictionary } from "./dictionary.ts";

export const inspect = dictionary(
  {
    "today.title": "今日检查",
  },
  {
    "today.title": "Today",
  },
);
