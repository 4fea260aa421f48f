// How many records wait for this supervisor's decision, of the spaces they decide for.

import { isCitys, type Author } from "../../store/index.ts";
import { heldPage } from "../../sync/index.ts";
import { firstHeld } from "./held.ts";

const decided = async ({ bureau, spaces }: Author): Promise<readonly string[]> =>
  (await isCitys(bureau)) ? spaces : spaces.filter((space) => space !== "common");

export async function heldCount(author: Author): Promise<number> {
  const { counts } = await firstHeld(await decided(author), (space) => heldPage(space, "quarantined"));
  return counts.quarantined;
}
