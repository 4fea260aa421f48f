// A dictionary has the same keys in both languages; the compiler holds it to that.

export interface Dictionary<K extends string> {
  readonly zh: Readonly<Record<K, string>>;
  readonly en: Readonly<Record<K, string>>;
}

/** Declare a dictionary: the keys are those of `zh`. */
export const dictionary = <K extends string>(
  zh: Readonly<Record<K, string>>,
  en: Readonly<Record<NoInfer<K>, string>>,
): Dictionary<K> => ({ zh, en });
