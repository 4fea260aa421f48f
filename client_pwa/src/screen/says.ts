// A short confirmation at the lower edge, e.g. 已存本机. Never claims more than what is durable here.

export function say(from: HTMLElement, text: string): void {
  from.dispatchEvent(new CustomEvent("screen-said", { detail: text, bubbles: true }));
}
