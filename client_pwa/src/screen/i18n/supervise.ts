// Words of the supervisor's screens (written by the room supervise). Keys begin with "sup.".

import { dictionary } from "./dictionary.ts";

export const supervise = dictionary(
  {
    "sup.title": "督办",
  },
  {
    "sup.title": "Supervision",
  },
);
