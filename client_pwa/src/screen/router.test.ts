// Matching of addresses to routes.

import { html } from "lit";
import { expect, test } from "vitest";
import { addPlaces, addRoutes, fill, match, placesFor } from "./router.ts";

const view = () => html``;
addRoutes(
  { pattern: "/findings/:id", title: "app.name", frame: "phone", view },
  { pattern: "/findings/:finding/edit", title: "app.name", frame: "phone", view },
);

test("a pattern gives its parameters, decoded", () => {
  expect(match("/findings/a%20b")?.params).toEqual({ id: "a b" });
  expect(match("/findings/x/edit")?.params).toEqual({ finding: "x" });
});

test("a longer or shorter address matches nothing", () => {
  expect([match("/findings"), match("/findings/x/other"), match("/findings/x/edit/y")]).toEqual([undefined, undefined, undefined]);
});

test("back addresses are filled from the parameters", () => {
  expect(fill("/findings/:id", { id: "a b" })).toBe("/findings/a%20b");
});

test("a role sees only its own places", () => {
  addPlaces({ path: "/board", title: "app.name", icon: "chart", roles: ["supervisor"] });
  expect(placesFor("supervisor").map((place) => place.path)).toEqual(["/board"]);
  expect(placesFor("inspector")).toEqual([]);
});
