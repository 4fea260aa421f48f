// Everybody who has recorded on this phone, and what of each is not on the server yet: a phone must not be put aside,
// or cleared, while a colleague's day is only here.

import { allChains } from "../store/chains.ts";
import { person } from "../store/lookups.ts";
import { type Tally, tally } from "./tally.ts";

export interface PersonHere extends Tally {
  readonly person: string;
  readonly name: string;
}

/** The people with a chain on this phone, by the order they came. */
export async function peopleHere(): Promise<PersonHere[]> {
  const people = [...new Set((await allChains()).map((chain) => chain.person))];
  return Promise.all(people.map(async (id) => ({ person: id, name: (await person(id))?.name ?? id, ...(await tally(id)) })));
}
