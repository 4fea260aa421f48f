// Injected into every page of the tests: measures, by what the screen itself shows, how long the
// person waits. It reads events and attributes only and changes nothing.
//   burst:   from the tap on the shutter until data-saved counts the photo as durable
//   phrases: from a typed character until the list shows what was found
(() => {
  const times = { burst: [], phrases: [] };
  const shots = [];
  let typedAt = 0;
  let saved = 0;
  window.__stopwatch = times;
  const named = (target, name) => target instanceof Element && target.closest(`[data-test="${name}"]`);
  addEventListener("click", (event) => {
    if (named(event.target, "shutter")) shots.push(performance.now());
  }, true);
  addEventListener("input", (event) => {
    if (named(event.target, "phrase-search")) typedAt = performance.now();
  }, true);
  const look = (changes) => {
    for (const { target, type } of changes) {
      if (type === "attributes" && target.dataset.test === "burst-page") {
        const now = Number(target.dataset.saved);
        if (now < saved) saved = 0; // another burst
        while (saved < now) {
          saved += 1;
          const at = shots.shift();
          if (at !== undefined) times.burst.push(performance.now() - at);
        }
        saved = now;
      }
      if (typedAt && named(target, "phrase-list")) {
        times.phrases.push(performance.now() - typedAt);
        typedAt = 0;
      }
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-saved"],
  });
})();
