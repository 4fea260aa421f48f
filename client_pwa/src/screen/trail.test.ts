import { describe, expect, it } from "vitest";
import { Trail } from "./trail.ts";

const ANY = /./;

function storage(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

function walked(paths: readonly string[], kept = storage()): Trail {
  const trail = new Trail(kept);
  for (const path of paths) trail.arrive("p1", path, path === "/board" || path === "/field");
  return trail;
}

describe("the way back", () => {
  it("leads from a hazard to the inspection it was opened out of, and on to the list of inspections", () => {
    expect(walked(["/field", "/field/inspections/1", "/board/findings/1"]).before(ANY)).toBe("/field/inspections/1");
    expect(walked(["/field", "/field/inspections/1", "/board/findings/1", "/field/inspections/1"]).before(ANY)).toBe("/field");
  });

  it("does not run in a circle between two pages that point at each other", () => {
    const there = ["/board/findings/1", "/field/inspections/1"];
    expect(walked(["/board", ...there, ...there, "/board/findings/1"]).before(ANY)).toBe("/board");
  });

  it("passes over what is no place to return to: a form that was filled in", () => {
    expect(walked(["/hazards", "/findings/1/reinspect", "/findings/1"]).before(/^\/hazards$/)).toBe("/hazards");
  });

  it("leads nowhere from a page that was opened by its address, and begins anew at a main page or with somebody else", () => {
    expect(walked(["/settings"]).before(ANY)).toBeUndefined();
    expect(walked(["/board", "/outbox", "/field"]).before(ANY)).toBeUndefined();
    const trail = walked(["/board", "/outbox"]);
    trail.arrive("p2", "/settings", false);
    expect(trail.before(ANY)).toBeUndefined();
  });

  it("outlives a reload, which shows the same page again", () => {
    const kept = storage();
    walked(["/board", "/settings"], kept);
    expect(walked(["/settings"], kept).before(ANY)).toBe("/board");
  });
});
