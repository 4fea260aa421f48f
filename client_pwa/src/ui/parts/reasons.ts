// Ready reasons as one-tap choices. The value is what goes into the record, so it is Chinese in
// both languages; only the button is translated.

import { t } from "../../screen/i18n.ts";
import type { Choice } from "../../screen/parts.ts";

const REASONS = [
  ["superior", "上级部门交办"],
  ["report", "接到举报投诉"],
  ["accident", "发生事故或险情"],
  ["patrol", "巡查发现异常情况"],
  ["special", "专项整治行动"],
] as const;

const GROUNDS = [
  ["superior", "上级部门部署"],
  ["report", "接到举报投诉"],
  ["accident", "发生事故或险情"],
  ["reinspection", "到期复查"],
] as const;

const REFUSALS = [
  ["disagrees", "对检查结果有异议"],
  ["absent", "负责人不在现场"],
  ["no_reason", "未说明理由"],
] as const;

const PAUSES = [
  ["waiting", "等待企业人员"],
  ["safety", "现场有险情，人员撤离"],
  ["weather", "天气原因"],
  ["other_work", "处理其他急事"],
] as const;

export const reasonChoices = (): Choice[] => REASONS.map(([name, value]) => ({ value, text: t(`reason.${name}`), test: `reason-${name}` }));

/** Grounds for inspecting in the quiet period. */
export const groundChoices = (): Choice[] => GROUNDS.map(([name, value]) => ({ value, text: t(`reason.${name}`), test: `ground-${name}` }));

/** Why the site head would not sign. */
export const refusalChoices = (): Choice[] => REFUSALS.map(([name, value]) => ({ value, text: t(`refusal.${name}`), test: `refusal-${name}` }));

/** Why an inspection is paused. */
export const pauseChoices = (): Choice[] => PAUSES.map(([name, value]) => ({ value, text: t(`pause.${name}`), test: `pause-${name}` }));
