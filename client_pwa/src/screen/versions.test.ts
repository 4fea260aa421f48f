// What is marked between texts that several people wrote.

import { expect, test } from "vitest";
import { differing, wordsOfValue } from "./versions.ts";

test("marks what differs and nothing that all share", () => {
  expect(differing(["安全出口堵塞", "安全通道堵塞"])).toEqual([["安全", "出口", "堵塞"], ["安全", "通道", "堵塞"]]);
  expect(differing(["未佩戴安全帽", "未佩戴安全帽，已纠正"])).toEqual([["未佩戴安全帽", "", ""], ["未佩戴安全帽", "，已纠正", ""]]);
  expect(differing(["甲", "乙", "丙"])).toEqual([["", "甲", ""], ["", "乙", ""], ["", "丙", ""]]);
});

test("gives back every text whole, also where beginning and end overlap and characters are wide", () => {
  for (const texts of [["aa", "aaa"], ["", "x"], ["abab", "ab"], ["𠮷野家", "𠮷家"], ["一样", "一样"]]) {
    expect(differing(texts).map((parts) => parts.join(""))).toEqual(texts);
  }
});

test("a value that is no text is shown in words too", () => {
  expect(wordsOfValue("grade", "major")).toBe("重大隐患");
  expect(wordsOfValue("basis", { law: "某法", article: "第一条", version: "2021" })).toBe("某法 第一条 (2021)");
  expect(wordsOfValue("place", "料场")).toBe("料场");
});
