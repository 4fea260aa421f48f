// The mark that a finger's way over the picture stands for.

import { describe, expect, it } from "vitest";
import { markOf } from "./marks.ts";

describe("markOf", () => {
  it("keeps the direction of a drag, for an arrow points somewhere", () => {
    expect(markOf("arrow", [0.75, 0.5], [0.25, 0.125])).toEqual({ shape: "arrow", x1: 7500, y1: 5000, x2: 2500, y2: 1250 });
  });

  it("makes a field of usual size around a tap, inside the picture", () => {
    expect(markOf("blur", [0.5, 0.5], [0.51, 0.5])).toEqual({ shape: "blur", x1: 4200, y1: 4100, x2: 6000, y2: 5900 });
    expect(markOf("circle", [0, 1], [0, 1])).toEqual({ shape: "circle", x1: 0, y1: 9100, x2: 900, y2: 10_000 });
  });

  it("lets a tapped arrow end where it was tapped", () => {
    expect(markOf("arrow", [0.5, 0.5], [0.5, 0.5])).toMatchObject({ x2: 5000, y2: 5000 });
  });

  it("holds a drag that leaves the picture at its edge", () => {
    expect(markOf("blur", [-0.2, 0.5], [1.4, 2])).toEqual({ shape: "blur", x1: 0, y1: 5000, x2: 10_000, y2: 10_000 });
  });
});
